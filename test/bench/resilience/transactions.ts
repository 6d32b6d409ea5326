import { loadavg } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { startProcess } from '../../support/resilience-processes.ts';
import type { TransactionHandlers, TransactionsOptions } from '../../support/resilience-transactions.ts';
import { sized } from '../counts.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';
import { figureRow } from '../row.ts';
import { median } from '../statistics.ts';

const PROCESSES = 8;
const EACH = sized(2_000, 50);
const RUNS = sized(3, 1);
const IDLE_STALL_MS = 50;
const LOADED_STALL_MS = 120;
const PEER = 'busy_timeout 5000';

interface Result {
  failures: string[];
  stallMs: number;
  slowestMs: number;
  perSecond: number;
  /** Time of the slowest process to that of the fastest. */
  unfairness: number;
}

function run(connection: TransactionsOptions['connection'], store: TransactionsOptions['store']): Promise<Result> {
  return inFolder(async (folder) => {
    const path = join(folder, 'bench.db');
    const processes = Array.from({ length: PROCESSES }, () =>
      startProcess<TransactionHandlers>('resilience-transactions.ts', path),
    );
    try {
      await Promise.all(processes.map((each) => each.run('ready', undefined)));
      const options = { connection, store, count: EACH, from: Date.now() + 300 };
      const answers = await Promise.all(processes.map((each) => each.run('transactions', options)));
      const failures = answers.flatMap((answer) => answer.failures);
      assertExact(path, PROCESSES * EACH - failures.length);
      const times = answers.map(({ tookMs }) => tookMs);
      return {
        failures,
        stallMs: Math.max(...answers.map(({ stallMs }) => stallMs)),
        slowestMs: Math.max(...answers.map(({ slowestMs }) => slowestMs)),
        perSecond: (PROCESSES * EACH * 1000) / Math.max(...times),
        unfairness: Math.max(...times) / Math.min(...times),
      };
    } finally {
      await Promise.all(processes.map((each) => each.kill()));
    }
  });
}

/** Every acknowledged transaction is there, once. */
function assertExact(path: string, expected: number): void {
  const db = new Database(path, { readonly: true });
  const counted = db.prepare('SELECT value, (SELECT count(*) FROM entry) AS entries FROM counter').get();
  const integrity = db.pragma('integrity_check', { simple: true });
  db.close();
  const found = JSON.stringify({ ...(counted as object), integrity });
  if (found === JSON.stringify({ value: expected, entries: expected, integrity: 'ok' })) return;
  throw new Error(`${expected} transactions were acknowledged, the file says ${found}`);
}

/** Eight processes, two thousand transactions each, without a pause between them, in both durabilities. */
export async function measureTransactions(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [connection, durability] of [
    ['hot', 'NORMAL'],
    ['ledger', 'FULL'],
  ] as const) {
    const idle = (loadavg()[0] ?? 0) < 1;
    const runs: Result[] = [];
    for (let turn = 0; turn < RUNS; turn += 1) runs.push(await run(connection, 'ours'));
    const peer = await run(connection, 'busy_timeout');
    const ours = (name: Exclude<keyof Result, 'failures'>) => runs.map((each) => each[name]);
    const speed = `${median(ours('perSecond')).toFixed(0)} and ${peer.perSecond.toFixed(0)} a second`;
    const waits = `longest transaction ${Math.max(...ours('slowestMs')).toFixed(0)} and ${peer.slowestMs.toFixed(0)} ms`;
    const fairness = `slowest to fastest process ${median(ours('unfairness')).toFixed(1)} and ${peer.unfairness.toFixed(1)}`;
    const worst = `worst stall of ours ${Math.max(...ours('stallMs')).toFixed(0)} ms`;
    rows.push(
      figureRow({
        what: `SQLITE_BUSY surfaced, ${PROCESSES} × ${EACH} immediate transactions, ${durability}, sum of ${RUNS} runs`,
        unit: 'transactions',
        ours: runs.reduce((sum, { failures }) => sum + failures.length, 0),
        peer: peer.failures.length,
        limit: 0,
        against: `${PEER}, one run; ${speed}`,
      }),
      figureRow({
        what: `event loop stall meanwhile, ${durability}, the longest of a run, median of the runs, machine ${idle ? 'idle' : 'loaded'} before`,
        unit: 'ms',
        ours: median(ours('stallMs')),
        peer: peer.stallMs,
        limit: idle ? IDLE_STALL_MS : LOADED_STALL_MS,
        against: `${PEER}; ${worst}; ${waits}; ${fairness}`,
      }),
    );
  }
  return rows;
}
