import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Effort } from './areas.ts';
import { sized } from './counts.ts';
import { inFolder } from './folder.ts';
import { countMemories } from './memory-command.ts';
import { random } from './memory-corpus.ts';
import { measureRelevance } from './memory-ndcg.ts';
import type { Row } from './row.ts';
import { figureRow } from './row.ts';
import { databaseIn, serverMemory } from './servers.ts';
import { StdioClient } from './stdio-client.ts';

const NDCG: Readonly<Record<string, number>> = { cacm: 0.48, cranfield: 0.355, cosqa: 0.375 };
const PROCESSES = 8;
const EACH = sized(1_000, 20);
const KILL_ROUNDS = sized(100, 3);
const MAX_LIFE_MS = 150;
const PARALLEL = 20;

/** Without retrieval sets nothing is measured. */
export async function measureNdcg({ retrieval }: Effort): Promise<Row[]> {
  if (retrieval === undefined) return [];
  const measured = await inFolder((folder) => measureRelevance(retrieval, folder));
  return measured.map(({ collection, queries, ours, plain }) => {
    const atLeast = NDCG[collection];
    const limit = atLeast === undefined ? undefined : { atLeast };
    return figureRow({
      what: `relevance, ${collection}, one configuration for all`,
      unit: 'nDCG@10',
      ours,
      peer: plain,
      limit,
      against: `plain FTS5, ORDER BY rank; ${queries} queries`,
    });
  });
}

/** Twenty writes in one breath: how many are there afterwards. */
export function measureParallel(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const texts = Array.from({ length: PARALLEL }, (_, index) => `note n${index}y of agent a${index}z`);
    const client = await StdioClient.start(folder);
    await Promise.all(texts.map((content) => client.call('store_memory', { content })));
    await client.stop();
    const peer = await StdioClient.start(folder, serverMemory());
    const entities = (text: string) => [{ name: text, entityType: 'note', observations: [text] }];
    await Promise.allSettled(texts.map((text) => peer.call('create_entities', { entities: entities(text) })));
    await peer.stop();
    const theirs = readFileSync(join(folder, 'memory.jsonl'), 'utf8').split('\n').filter(Boolean).length;
    return [
      figureRow({
        what: `${PARALLEL} parallel writes: kept`,
        unit: 'memories',
        ours: countMemories(folder),
        peer: theirs,
        limit: { atLeast: PARALLEL },
        against: 'server-memory, as published',
      }),
    ];
  });
}

/** Eight processes, a thousand stores each, one file. */
export function measureProcesses(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const clients = await Promise.all(Array.from({ length: PROCESSES }, () => StdioClient.start(folder)));
    let errors = 0;
    const startedAt = performance.now();
    const store = async (client: StdioClient, process: number) => {
      for (let index = 0; index < EACH; index += 1) {
        const content = `process p${process}x note n${index}y`;
        await client.call('store_memory', { content }).catch(() => {
          errors += 1;
        });
      }
    };
    await Promise.all(clients.map(store));
    const seconds = (performance.now() - startedAt) / 1000;
    const kept = countMemories(folder);
    await Promise.all(clients.map((client) => client.stop()));
    return [
      figureRow({
        what: `${PROCESSES} processes storing ${EACH} each: kept`,
        unit: 'memories',
        ours: kept,
        limit: { atLeast: PROCESSES * EACH },
        against: `through MCP, ${Math.round(kept / seconds)}/s`,
      }),
      figureRow({
        what: `${PROCESSES} processes storing ${EACH} each: errors surfaced`,
        unit: 'errors',
        ours: errors,
        limit: 0,
        against: `of ${PROCESSES * EACH} calls`,
      }),
    ];
  });
}

/** A server is killed while it stores, a hundred times on one file. */
export function measureKills(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const acknowledged: string[] = [];
    const next = random(17);
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      acknowledged.push(...(await storeUntilKilled(folder, round, next() * MAX_LIFE_MS)));
    }
    const db = new Database(databaseIn(folder), { readonly: true });
    const kept = new Set(db.prepare<[], string>('SELECT id FROM memory').pluck().all());
    const check = db.pragma('integrity_check', { simple: true });
    db.close();
    const lost = acknowledged.filter((id) => !kept.has(id)).length;
    return [
      {
        what: `\`kill -9\`, ${KILL_ROUNDS} rounds: acknowledged memories lost`,
        unit: 'memories',
        ours: lost,
        bar: '0, file intact',
        met: lost === 0 && check === 'ok',
        against: `${acknowledged.length} acknowledged; integrity_check: ${check}`,
      },
    ];
  });
}

/** Returns the ids that were acknowledged. */
async function storeUntilKilled(folder: string, round: number, afterMs: number): Promise<string[]> {
  const client = await StdioClient.start(folder);
  const ids: string[] = [];
  let alive = true;
  const end = new Promise<void>((done) => {
    client.child.once('close', () => {
      alive = false;
      done();
    });
  });
  for (let index = 0; alive; index += 1) {
    const content = `round r${round}x note n${index}y`;
    const answer = await Promise.race([client.call('store_memory', { content }), end]);
    if (answer === undefined) break;
    // From the first one on: before that there is nothing to lose.
    if (ids.length === 0) setTimeout(() => client.child.kill('SIGKILL'), afterMs);
    ids.push(String(answer.answer['memory_id']));
  }
  return ids;
}
