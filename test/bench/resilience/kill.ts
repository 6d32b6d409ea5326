import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { sleep } from '../../../src/core/clock.ts';
import { sized } from '../counts.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';

const ROUNDS = sized(100, 3);
const WRITERS = 3;
const MAX_LIFE_MS = 60;
const SCRIPT = join(import.meta.dirname, '../../support/write-notes.ts');

/** Kills a writer some time after its first acknowledged write. Returns what it had acknowledged. */
async function writeUntilKilled(path: string, prefix: string, connection: string): Promise<string[]> {
  const args = [SCRIPT, path, prefix, String(Number.MAX_SAFE_INTEGER), connection];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const acknowledged: string[] = [];
  lines.on('line', (line) => acknowledged.push(line));
  const [read, ended] = [once(lines, 'close'), once(child, 'exit')];
  await Promise.race([once(lines, 'line'), read]);
  await sleep(Math.random() * MAX_LIFE_MS);
  child.kill('SIGKILL');
  await read;
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL') throw new Error(`A writer ended by itself, with ${code}`);
  return acknowledged;
}

interface Survey {
  acknowledged: number;
  lost: number;
  integrity: unknown;
}

function survey(path: string, acknowledged: readonly string[]): Survey {
  const db = new Database(path);
  const kept = new Set(db.prepare<[], string>('SELECT text FROM note').pluck().all());
  const integrity = db.pragma('integrity_check', { simple: true });
  db.close();
  return { acknowledged: acknowledged.length, lost: acknowledged.filter((note) => !kept.has(note)).length, integrity };
}

function killRounds(connection: 'hot' | 'ledger'): Promise<Survey> {
  return inFolder(async (folder) => {
    const path = join(folder, 'bench.db');
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const writers = Array.from({ length: WRITERS }, (_, number) =>
        writeUntilKilled(path, `${round}-${number}`, connection),
      );
      for (const notes of await Promise.all(writers)) acknowledged.push(...notes);
    }
    return survey(path, acknowledged);
  });
}

/** Writers are killed in the middle of their work, on one file, a hundred times. */
export async function measureKill(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [connection, durability] of [
    ['hot', 'NORMAL'],
    ['ledger', 'FULL'],
  ] as const) {
    const { acknowledged, lost, integrity } = await killRounds(connection);
    rows.push({
      what: `\`kill -9\`, ${ROUNDS} rounds × ${WRITERS} writers, ${durability}: acknowledged lost`,
      unit: 'writes',
      ours: lost,
      bar: '0, file intact',
      met: lost === 0 && integrity === 'ok',
      against: `${acknowledged} acknowledged; integrity_check: ${integrity}`,
    });
  }
  return rows;
}
