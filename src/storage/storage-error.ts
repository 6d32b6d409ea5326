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
  const code = codeOf(thrown);
  if (thrown instanceof AppError || code === undefined) return thrown;
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(code));
  if (known === undefined) return thrown;
  return new AppError('unavailable', known[1], { hint: known[2], details: { file: path, cause: code }, cause: thrown });
}
