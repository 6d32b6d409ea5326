import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import { AppError, codeOf } from '../core/errors.ts';
import { BACKSTOP_PAGES, Checkpointer } from './checkpointer.ts';
import { copyDatabase } from './file-thread.ts';
import { Handle, schemaVersion } from './handle.ts';
import type { Migration } from './migrations.ts';
import { applyMigrations, pendingMigrations } from './migrations.ts';
import { makeDatabase } from './new-file.ts';
import { whileLocked } from './retry.ts';
import { pruneCopies } from './set-aside.ts';
import { noPlaceError } from './storage-error.ts';

/** Older versions can corrupt a WAL database that several connections checkpoint: https://sqlite.org/changes.html (3.51.3). */
const MIN_SQLITE = '3.51.3';

export interface FileOptions {
  /** Absolute path of the database file, symbolic links followed; its folder is made when missing. Empty where there is no place for one. */
  path: string;
  migrations: readonly Migration[];
  clock?: Clock;
}

/** The database file while it is open. */
export interface OpenFile {
  readonly hot: Handle;
  readonly ledger: Handle;
  /** False once the file was deleted or another one lies at its path. One `stat`. */
  isInPlace(): boolean;
  /** True once somebody has changed the schema, as a newer version does. */
  hasOtherSchema(): boolean;
  /** True when this user may write the file and beside it. */
  isWritable(): boolean;
  /** To be called after each commit. */
  committed(db: Database): void;
  close(): Promise<void>;
}

/** Opens the file, makes it when missing, and brings its schema forward. Waits for locks until `deadline`, on `performance.now()`. */
export async function openFile(options: FileOptions, deadline: number): Promise<OpenFile> {
  const { default: open } = await import('better-sqlite3');
  const { path, migrations } = options;
  if (path === '') throw noPlaceError();
  makeFolder(dirname(path));
  makeDatabase(open, path);
  alignRights(path);
  // Taken before SQLite opens the file: one that replaces it meanwhile is noticed by the first look.
  const identity = identityOf(path);
  const databases: Database[] = [];
  const connect = async (synchronous: 'NORMAL' | 'FULL') => {
    const db = await whileLocked(() => connectOnce(open, options, synchronous), deadline);
    databases.push(db);
    return db;
  };
  const close = () => {
    for (const db of databases) db.close();
  };
  try {
    const hot = await connect('NORMAL');
    await migrate(hot, options, deadline);
    const ledger = await connect('FULL');
    const schema = schemaVersion(hot);
    // Again, now that later changes are noticed by their number.
    pendingMigrations(hot, migrations);
    const checkpointer = new Checkpointer(path);
    const handles = { hot: new Handle(hot, schema), ledger: new Handle(ledger, schema) };
    return {
      ...handles,
      isInPlace: () => isSame(identity, identityOf(path)),
      hasOtherSchema: () => unlessUnreadable(() => handles.hot.hasOtherSchema()),
      isWritable: () => isWritable(path) && isWritable(dirname(path)),
      committed: (db) => checkpointer.committed(db),
      async close() {
        await checkpointer.close();
        close();
      },
    };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

/** Where a lock or damage is in the way, the next statement says so. */
function unlessUnreadable(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

interface Identity {
  dev: bigint;
  ino: bigint;
}

/** Undefined when there is no file, or none can be seen. */
function identityOf(path: string): Identity | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true });
  } catch {
    return undefined;
  }
}

function isSame(one: Identity | undefined, other: Identity | undefined): boolean {
  return one?.ino === other?.ino && one?.dev === other?.dev;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** One by one: where a parent refuses with `ENOENT`, as in `/proc`, the recursive form of Node never returns. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (thrown) {
    // Another process was faster.
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
}

/** Log and index that were made while the file was read-only are so too, and stay so when it is made writable. */
function alignRights(path: string): void {
  for (const part of [`${path}-wal`, `${path}-shm`]) {
    try {
      if (existsSync(part) && isWritable(path) && !isWritable(part)) chmodSync(part, statSync(path).mode & 0o777);
    } catch {
      // Somebody else's: SQLite says that it cannot write.
    }
  }
}

function connectOnce(
  open: typeof BetterSqlite3,
  { path, migrations }: FileOptions,
  synchronous: 'NORMAL' | 'FULL',
): Database {
  // The busy timeout of SQLite blocks the event loop; waiting is done by `whileLocked` instead.
  const db = new open(path, { timeout: 0 });
  try {
    refuseOldSqlite(db);
    // Before the first pragma that changes something: a file that is refused stays as it is.
    pendingMigrations(db, migrations);
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${synchronous}`);
    db.pragma('foreign_keys = ON');
    // In KiB, taken as pages are read: with SQLite's own 2 MB a search reads most of its pages from the file again.
    db.pragma('cache_size = -32768');
    db.pragma(`wal_autocheckpoint = ${BACKSTOP_PAGES}`);
    db.pragma('journal_size_limit = 67108864');
    db.pragma('trusted_schema = OFF');
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function refuseOldSqlite(db: Database): void {
  const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0';
  if (version.localeCompare(MIN_SQLITE, 'en', { numeric: true }) >= 0) return;
  throw new AppError('unavailable', `SQLite ${version} is too old: ${MIN_SQLITE} or newer is needed.`, {
    hint: 'Reinstall Breakwater so that its own better-sqlite3 is used.',
  });
}

async function migrate(db: Database, options: FileOptions, deadline: number): Promise<void> {
  const { path, migrations, clock = systemClock } = options;
  const pending = pendingMigrations(db, migrations);
  if (pending.length === 0) return;
  const now = clock.now();
  await whileLocked(() => db.exec('BEGIN IMMEDIATE'), deadline);
  try {
    // Again, now that nobody else writes: what is dropped is what was copied.
    const missing = pendingMigrations(db, migrations);
    const hasData = missing.length < migrations.length;
    const copy = `${path}.backup-${now}`;
    const isCopied = hasData && missing.some((migration) => migration.destructive);
    if (isCopied) await copyDatabase(path, copy);
    applyMigrations(db, migrations, now);
    db.exec('COMMIT');
    if (isCopied) await pruneCopies(path, copy);
  } catch (thrown) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw thrown;
  }
}
