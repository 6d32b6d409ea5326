/** One of several processes that write to one file as fast as they can. Argument: database file. */
import Database from 'better-sqlite3';
import { sleep } from '../../src/core/clock.ts';
import { codeOf, messageOf } from '../../src/core/errors.ts';
import type { Migration } from '../../src/storage/migrations.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { serve } from './resilience-processes.ts';

const [path = ''] = process.argv.slice(2);
const PEER_BUSY_TIMEOUT_MS = 5_000;

const migrations: readonly Migration[] = [
  {
    id: 'transactions-001',
    sql: `
      CREATE TABLE counter (id INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT;
      INSERT INTO counter (id, value) VALUES (1, 0);
      CREATE TABLE entry (value INTEGER NOT NULL, pid INTEGER NOT NULL) STRICT;`,
  },
];
const sqlite = new Sqlite({ path, migrations });

export interface TransactionsOptions {
  /** `hot` is synchronous NORMAL, `ledger` is FULL. */
  connection: 'hot' | 'ledger';
  count: number;
  /** When to begin, on the wall clock. */
  from: number;
  /** The peer is one synchronous connection that waits inside SQLite for the lock. */
  store: 'ours' | 'busy_timeout';
}

export interface TransactionsAnswer {
  /** Messages of the transactions that were not carried out. */
  failures: string[];
  /** The longest time in which the event loop did nothing else, in milliseconds. */
  stallMs: number;
  /** The longest time one transaction took. */
  slowestMs: number;
  tookMs: number;
}

/** One transaction: reads, changes and adds a row. Returns once it is committed. */
type Transact = () => Promise<unknown> | unknown;

async function ready(): Promise<void> {
  await sqlite.ledger();
}

async function transactions({ connection, count, from, store }: TransactionsOptions): Promise<TransactionsAnswer> {
  const transact = store === 'ours' ? await ourTransact(connection) : peerTransact(connection);
  await sleep(Math.max(0, from - Date.now()));
  const watch = watchEventLoop();
  const started = performance.now();
  const failures: string[] = [];
  let slowestMs = 0;
  for (let number = 0; number < count; number += 1) {
    const begun = performance.now();
    try {
      await transact();
    } catch (thrown) {
      failures.push(codeOf(thrown) ?? messageOf(thrown));
    }
    slowestMs = Math.max(slowestMs, performance.now() - begun);
    // A turn of the event loop, as between two calls of a server.
    await new Promise(setImmediate);
  }
  return { failures, stallMs: watch(), slowestMs, tookMs: performance.now() - started };
}

async function ourTransact(connection: TransactionsOptions['connection']): Promise<Transact> {
  const target = connection === 'hot' ? await sqlite.hot() : await sqlite.ledger();
  return () =>
    target.write((sql) => {
      const value = (sql.get<{ value: number }>('SELECT value FROM counter WHERE id = 1')?.value ?? 0) + 1;
      sql.run('UPDATE counter SET value = ? WHERE id = 1', [value]);
      sql.run('INSERT INTO entry (value, pid) VALUES (?, ?)', [value, process.pid]);
    });
}

function peerTransact(connection: TransactionsOptions['connection']): Transact {
  const db = new Database(path, { timeout: PEER_BUSY_TIMEOUT_MS });
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${connection === 'hot' ? 'NORMAL' : 'FULL'}`);
  const read = db.prepare<[], number>('SELECT value FROM counter WHERE id = 1').pluck();
  const update = db.prepare('UPDATE counter SET value = ? WHERE id = 1');
  const insert = db.prepare('INSERT INTO entry (value, pid) VALUES (?, ?)');
  const once = db.transaction(() => {
    const value = (read.get() ?? 0) + 1;
    update.run(value);
    insert.run(value, process.pid);
  });
  return () => once.immediate();
}

/** Returns what tells the longest time between two turns of the event loop since then. */
function watchEventLoop(): () => number {
  let [longest, last] = [0, performance.now()];
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(turn, 1);
  return () => {
    clearInterval(timer);
    turn();
    return longest;
  };
}

const handlers = { ready, transactions };
export type TransactionHandlers = typeof handlers;

serve(handlers);
