import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import type { Clock } from '../core/clock.ts';
import { sleep, systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { backUp, restoreIfDamaged } from './backup.ts';
import { BACKSTOP_PAGES, Checkpointer } from './checkpointer.ts';
import { Connection } from './connection.ts';
import type { Migration } from './migrations.ts';
import { applyMigrations, pendingMigrations } from './migrations.ts';
import { isDamaged, isLocked, restoredError, toStorageError } from './storage-error.ts';

/** Older versions can corrupt a WAL database that several connections checkpoint: https://sqlite.org/changes.html (3.51.3). */
const MIN_SQLITE = '3.51.3';
const OPEN_DEADLINE_MS = 10_000;
/** How often it is checked that the open file is still the one at the path. */
const LOOK_EVERY_MS = 1_000;

export interface SqliteOptions {
  /** Absolute path of the database file; its folder is made when missing. */
  path: string;
  migrations: readonly Migration[];
  clock?: Clock;
  /** Told when the file was deleted or replaced while it was open. */
  onReplaced?: () => void;
  /** Told when the file was damaged and its backup took its place. */
  onRestored?: (explanation: AppError) => void;
}

interface Opened {
  hot: Connection;
  ledger: Connection;
  databases: Database[];
  checkpointer: Checkpointer;
  inode: number | undefined;
}

/**
 * The one database file, opened at first use by two connections: `hot` survives the death of the process (breakers, limiter,
 * memories), `ledger` also survives a power cut (requests, events, payments). A failed opening is tried again at the next call, so
 * that a repaired disk or path needs no restart.
 */
export class Sqlite {
  readonly #options: SqliteOptions;
  #opened: Promise<Opened> | undefined;
  #closed = false;
  #isSuspect = false;
  #lookedAt = 0;

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  async hot(): Promise<Connection> {
    return (await this.#open()).hot;
  }

  async ledger(): Promise<Connection> {
    return (await this.#open()).ledger;
  }

  /** Copies the file beside itself, unless that was done within `maxAgeMs`; damaged files are not copied. */
  async backUp(maxAgeMs: number): Promise<boolean> {
    await this.#open();
    const { path, clock = systemClock } = this.#options;
    return backUp(path, maxAgeMs, clock.now());
  }

  /** Waits for queued writes, then closes. Later calls fail with `unavailable`. */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = await this.#opened?.catch(() => undefined);
    if (opened === undefined) return;
    await closeSettled(opened);
  }

  #open(): Promise<Opened> {
    if (this.#closed) return Promise.reject(new AppError('unavailable', 'The server is shutting down.'));
    this.#dropReplaced();
    this.#opened ??= this.#openSound().catch((thrown: unknown) => {
      this.#opened = undefined;
      throw toStorageError(thrown, this.#options.path);
    });
    return this.#opened;
  }

  async #openSound(): Promise<Opened> {
    try {
      if (this.#isSuspect) await this.#restore();
      return await openBoth(this.#options, () => this.#suspect());
    } catch (thrown) {
      if (isDamaged(thrown)) await this.#restore();
      throw thrown;
    }
  }

  /** Throws when the backup took the place of a damaged file, so that one call tells what is gone. */
  async #restore(): Promise<void> {
    const { path, clock = systemClock, onRestored } = this.#options;
    const restored = await restoreIfDamaged(path, clock.now());
    this.#isSuspect = restored === 'no_backup';
    if (typeof restored === 'string') return;
    const explanation = restoredError(path, restored);
    onRestored?.(explanation);
    throw explanation;
  }

  /** SQLite has found damage while the file was open: it is closed, and looked at before it is opened again. */
  #suspect(): void {
    if (this.#isSuspect) return;
    this.#isSuspect = true;
    const opened = this.#opened;
    this.#opened = undefined;
    opened?.then(closeSettled).catch(() => {});
  }

  /** A file that was deleted or replaced while open would take writes that nobody can ever read: the one at the path is opened. */
  #dropReplaced(): void {
    const now = performance.now();
    if (this.#opened === undefined || now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    const opened = this.#opened;
    opened.then(
      (parts) => {
        if (parts.inode === inodeOf(this.#options.path) || this.#opened !== opened) return;
        this.#opened = undefined;
        this.#options.onReplaced?.();
        void closeSettled(parts);
      },
      () => {},
    );
  }
}

async function closeSettled({ hot, ledger, databases, checkpointer }: Opened): Promise<void> {
  await Promise.all([hot.settled(), ledger.settled()]);
  await checkpointer.close();
  for (const db of databases) db.close();
}

/** Identifies the file at a path; undefined when there is none. */
function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

async function openBoth(options: SqliteOptions, onDamage: () => void): Promise<Opened> {
  const { default: open } = await import('better-sqlite3');
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  makePrivate(options.path);
  const databases: Database[] = [];
  try {
    const hot = await whileLocked(() => openOne(open, options.path, 'NORMAL', databases));
    await migrate(hot, options);
    const ledger = await whileLocked(() => openOne(open, options.path, 'FULL', databases));
    const checkpointer = new Checkpointer(options.path);
    const watch = { onDamage, onCommit: (db: Database) => checkpointer.committed(db) };
    return {
      hot: new Connection(hot, options.path, watch),
      ledger: new Connection(ledger, options.path, watch),
      databases,
      checkpointer,
      inode: inodeOf(options.path),
    };
  } catch (thrown) {
    for (const db of databases) db.close();
    throw thrown;
  }
}

/** Makes the file before SQLite does, which would let every user of the machine read it; its log and index take on the same rights. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // It exists, or SQLite will say why it cannot be made.
  }
}

function openOne(open: typeof BetterSqlite3, path: string, synchronous: string, databases: Database[]): Database {
  // The busy timeout of SQLite blocks the event loop; waiting is done in connection.ts instead.
  const db = new open(path, { timeout: 0 });
  try {
    refuseOldSqlite(db);
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${synchronous}`);
    db.pragma('foreign_keys = ON');
    // In KiB, taken as pages are read: with SQLite's own 2 MB a search reads most of its pages from the file again.
    db.pragma('cache_size = -32768');
    db.pragma(`wal_autocheckpoint = ${BACKSTOP_PAGES}`);
    db.pragma('journal_size_limit = 67108864');
    db.pragma('trusted_schema = OFF');
  } catch (thrown) {
    db.close();
    throw thrown;
  }
  databases.push(db);
  return db;
}

function refuseOldSqlite(db: Database): void {
  const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0';
  if (version.localeCompare(MIN_SQLITE, 'en', { numeric: true }) >= 0) return;
  throw new AppError('unavailable', `SQLite ${version} is too old: ${MIN_SQLITE} or newer is needed.`, {
    hint: 'Reinstall Breakwater so that its own better-sqlite3 is used.',
  });
}

async function migrate(db: Database, { path, migrations, clock = systemClock }: SqliteOptions): Promise<void> {
  const pending = pendingMigrations(db, migrations);
  if (pending.length === 0) return;
  const now = clock.now();
  const hasData = pending.length < migrations.length;
  if (hasData && pending.some((migration) => migration.destructive)) await copyTo(db, `${path}.backup-${now}`);
  await whileLocked(() => applyMigrations(db, migrations, now));
}

async function copyTo(db: Database, path: string): Promise<void> {
  makePrivate(path);
  await db.backup(path);
}

async function whileLocked<T>(work: () => T): Promise<T> {
  const deadline = performance.now() + OPEN_DEADLINE_MS;
  for (;;) {
    try {
      return work();
    } catch (thrown) {
      if (!isLocked(thrown) || performance.now() > deadline) throw thrown;
      await sleep(2 + Math.random() * 10);
    }
  }
}
