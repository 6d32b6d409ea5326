import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { AppError, codeOf } from '../core/errors.ts';

const LOCKED = /^SQLITE_(BUSY|LOCKED)/;

/** True when another connection holds the lock: the same statement can succeed a moment later. */
export function isLocked(thrown: unknown): boolean {
  return LOCKED.test(codeOf(thrown) ?? '');
}

/** True when the file is no longer what SQLite wrote. */
export function isDamaged(thrown: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(thrown) ?? '');
}

/** True when the file, its folder or the disk refuses to be written: https://sqlite.org/rescode.html#readonly. */
export function isReadOnly(thrown: unknown): boolean {
  return /^SQLITE_READONLY/.test(codeOf(thrown) ?? '');
}

/** Another program has deleted, replaced or migrated the file since it was opened: what was to be written belongs into the next one. */
export class FileChanged extends AppError {
  constructor() {
    super('unavailable', 'The database is replaced or changed again and again.', {
      hint: 'Look for the program that does it, then call again. Nothing was stored.',
    });
  }
}

const EXPLANATIONS: readonly [RegExp, string, string][] = [
  [
    /^SQLITE_NOTADB/,
    'The database file is not a SQLite database.',
    'Point BREAKWATER_DB at another file, or move this one away: a new one is made at the next call.',
  ],
  [
    /^SQLITE_CORRUPT/,
    'The database file is damaged.',
    'Call again: a backup takes its place where there is one. Otherwise move it away; a new one is made at the next call.',
  ],
  [
    /^(EMFILE|ENFILE)/,
    'The server has too many files open.',
    'Call again when other calls have ended. If it persists, restart the server or raise its limit of open files (ulimit -n).',
  ],
  [
    /^SQLITE_(FULL|IOERR)/,
    'The database could not be written: the disk is full or fails.',
    'Free disk space where BREAKWATER_DB lies, then call again. Nothing was changed.',
  ],
  [
    /^SQLITE_READONLY/,
    'The database is read-only.',
    'Make the file and its folder writable, or point BREAKWATER_DB at a writable place. Nothing was changed.',
  ],
  [
    /^(SQLITE_CANTOPEN|EACCES|EROFS|ENOENT|ENOTDIR|EEXIST|EPERM|ENOSPC)/,
    'The database cannot be opened.',
    'Make its folder exist and be writable, or point BREAKWATER_DB at a writable place.',
  ],
  [
    LOCKED,
    'The database stayed locked by another program.',
    'Call again. If it persists, look for a program that keeps the file open.',
  ],
];

/** The settings have found no place for the file. */
export function noPlaceError(): AppError {
  return new AppError('not_configured', 'There is no home folder to keep the database in.', {
    hint: 'Set BREAKWATER_DB to the absolute path of a file, which is made when missing, and start the server anew. Nothing was stored.',
  });
}

/** A damaged database was replaced: whoever asks next must know what is gone before anything is done a second time. */
export function restoredError(
  path: string,
  { damaged, backupMadeAt }: { damaged: string; backupMadeAt: number },
): AppError {
  const at = new Date(backupMadeAt).toISOString();
  return new AppError('unavailable', `The database was damaged. Its backup of ${at} is used from now on.`, {
    hint: `What was stored after ${at} is only in the damaged file. Before you repeat a payment, mail or other write of that time, look at the service whether it was done. Then call again; nothing was done now.`,
    details: { file: path, damaged_file: damaged, backup_made_at: at },
  });
}

/** Turns what SQLite throws into an answer. Errors of ours and errors of the code inside a transaction pass through. */
export function toStorageError(thrown: unknown, path: string): unknown {
  const given = codeOf(thrown);
  if (thrown instanceof AppError || given === undefined) return thrown;
  const code = given === 'SQLITE_CANTOPEN' && lacksFiles() ? 'EMFILE' : given;
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(code));
  if (known === undefined) return thrown;
  return new AppError('unavailable', known[1], { hint: known[2], details: { file: path, cause: code }, cause: thrown });
}

/** Opening takes two files of three, and some for a moment. */
const FILES_TO_OPEN = 10;

/** True when this process may not open as many files as a database takes: SQLite says no more than that it cannot open one. */
function lacksFiles(): boolean {
  const files: number[] = [];
  try {
    while (files.length < FILES_TO_OPEN) files.push(openSync(devNull, 'r'));
    return false;
  } catch (thrown) {
    return /^(EMFILE|ENFILE)$/.test(codeOf(thrown) ?? '');
  } finally {
    for (const file of files) closeSync(file);
  }
}
