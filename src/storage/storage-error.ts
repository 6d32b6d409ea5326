import { AppError, codeOf } from '../core/errors.ts';

const LOCKED = /^SQLITE_(BUSY|LOCKED)/;

/** True when another connection holds the lock: the same statement can succeed a moment later. */
export function isLocked(thrown: unknown): boolean {
  return LOCKED.test(codeOf(thrown) ?? '');
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
    'Stop every program that uses it, move it away and restore the newest backup beside it.',
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

/** Turns what SQLite throws into an answer. Errors of ours and errors of the code inside a transaction pass through. */
export function toStorageError(thrown: unknown, path: string): unknown {
  const code = codeOf(thrown);
  if (thrown instanceof AppError || code === undefined) return thrown;
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(code));
  if (known === undefined) return thrown;
  return new AppError('unavailable', known[1], { hint: known[2], details: { file: path, cause: code }, cause: thrown });
}
