import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../bench/report.ts';
import type { Row } from '../bench/row.ts';
import { CI_RUN } from '../support/ci-only.ts';
import { ROOT, temporaryFolder } from '../support/server-process.ts';

const MINUTES = 60_000;
const AREAS = ['startup', 'calls', 'resilience', 'webhooks', 'memory', 'growth', 'simulator'];

/** What the software was built to: area, how its row begins, its bar. Counts are those of `--quick`. */
const BARS: readonly [area: string, what: string, bar: RegExp][] = [
  ['startup', 'spawn → `initialize` answered', /^≤ peer \+ 15 ms$/],
  ['startup', 'spawn → `initialize` answered', /^≤ 0.75 ×$/],
  ['startup', 'memory: RSS after `tools/list`, idle', /^≤ 1.35 ×$/],
  ['startup', 'memory: RSS after the same', /^≤ 1.35 ×$/],
  ['startup', 'memory: heap after forced collection', /^≤ 1.1 ×$/],
  ['calls', '`tools/call` round trip, trivial read tool', /^≤ 1.25 ×$/],
  ['calls', '32 concurrent calls', /^≥ 0.8 ×$/],
  ['calls', 'payment through server, pipeline, ledger (durable)', /^≤ 1.4 ×$/],
  ['resilience', 'pipeline over a no-op, closed: everything but limiter and log, p50', /5 of 10.9 µs/],
  ['resilience', 'pipeline over a no-op, closed: everything but limiter and log, p99', /15 of 40 µs/],
  ['resilience', 'pipeline over a no-op, closed: with limiter, p50', /^≤ 16 µs$/],
  ['resilience', 'axios + pipeline, same loopback server, keep-alive, CPU per request', /^≤ 1.3 ×$/],
  ['resilience', 'hits on the dead service: 8 processes × 4 calls', /^≤ 45 hits$/],
  ['resilience', 'recovery spread across the processes', /^≤ 60 ms$/],
  ['resilience', '500 callers at half-open: in flight', /^≤ 1 calls$/],
  ['resilience', '500 callers at half-open: refusal of others', /^≤ 1 ms$/],
  ['resilience', 'abort during a pause: ends after', /^≤ 25 ms$/],
  ['resilience', 'abort during a pause: further calls', /^0$/],
  ['resilience', 'retry amplification at 30 % failure', /^≤ 1.25 ×$/],
  ['resilience', 'retry amplification at 100 % failure', /^≤ 1.02 ×$/],
  ['resilience', 'POST without key, executed then reset', /^1$/],
  ['resilience', 'limiter over 8 processes', /^within 1 % of \d+$/],
  ['resilience', 'SQLITE_BUSY surfaced', /^0$/],
  ['resilience', 'event loop stall', /^≤ (50|120) ms$/],
  ['resilience', '`kill -9`', /^0, file intact$/],
  ['webhooks', 'verify 1.5 KB, CPU: Stripe', /4.5 of 6.15 µs/],
  ['webhooks', 'verify 1.5 KB, CPU: Standard Webhooks', /5 of 26.7 µs/],
  ['webhooks', 'verify 1.5 KB, CPU: SendGrid', /75 of 3644 µs/],
  ['webhooks', 'sustained local delivery, stored and acknowledged', /^≥ 1000 \/s$/],
  ['webhooks', 'sustained local delivery: acknowledgement p99', /^≤ 10 ms$/],
  ['webhooks', 'sustained local delivery: memory', /^≤ 16 MB$/],
  ['memory', 'search with category filter, 10 k memories', /^≤ 6 ms$/],
  ['memory', 'search with category filter, 100 k memories', /^≤ 15 ms$/],
  ['memory', 'search with category filter, 1 M memories', /^≤ 100 ms$/],
  ['memory', 'search with category filter, 1 M memories', /100 of 2000 ms/],
  ['memory', 'store, one call, durable against process death, p50 through MCP at 100 k', /^≤ 1 ms$/],
  ['memory', 'store, one call, durable against process death, p50 through MCP at 10 k', /1 of 34 ms/],
  ['memory', '8 processes storing 20 each: kept', /^≥ 160 memories$/],
  ['memory', '8 processes storing 20 each: errors surfaced', /^0$/],
  ['memory', '`kill -9`', /^0, file intact$/],
  ['memory', 'import of 100 k memories', /^≥ 8000 \/s$/],
  ['memory', 'answer size, any query', /^≤ 40000 characters$/],
  ['growth', 'search, p95', /^≤ [\d.]+ ×$/],
  ['growth', 'append (store), p50', /^≤ 2 ×$/],
  ['growth', 'append of an event', /^≤ 2 ×$/],
  ['growth', 'look at one breaker', /×$/],
  ['growth', 'look up one integration', /^≤ [\d.]+ ×$/],
  ['growth', 'list all, per listed integration', /^≤ 2 ×$/],
  ['simulator', 'simulator start → first answer', /^≤ 100 ms$/],
  ['simulator', 'simulator throughput', /^≥ 2000 per CPU s$/],
];

/** Area and peer: what must stand beside ours. */
const PEERS: readonly [area: string, peer: string][] = [
  ['startup', 'server-memory'],
  ['calls', '`stripe-node`'],
  ['resilience', 'cockatiel'],
  ['resilience', 'opossum'],
  ['resilience', 'axios-retry'],
  ['resilience', '`stripe-node`'],
  ['webhooks', '`stripe`'],
  ['webhooks', '`standardwebhooks`'],
  ['webhooks', '`svix`'],
  ['webhooks', '`@sendgrid/eventwebhook`'],
  ['memory', 'server-memory'],
  ['memory', 'plain FTS5'],
];

/** Small counts: whether each measurement works and is judged, not what it says. */
describe.skipIf(!CI_RUN)('the bench', () => {
  let rows: (Row & { area: string })[] = [];

  beforeAll(async () => {
    const file = join(temporaryFolder(), 'bench.json');
    const args = ['test/bench/run.ts', '--quick', '--million', '--json', file, ...AREAS];
    await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 });
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    rows = Object.entries(report).flatMap(([area, taken]) =>
      Object.values(taken).flatMap((measured) => measured.rows.map((row) => ({ ...row, area }))),
    );
  }, 15 * MINUTES);

  it.each(BARS)('of %s judges "%s": %s', (area, what, bar) => {
    const judged = rows.filter((row) => row.area === area && row.what.startsWith(what) && row.met !== undefined);
    expect(judged.map((row) => row.bar)).toContainEqual(expect.stringMatching(bar));
  });

  it.each(PEERS)('of %s measures beside %s', (area, peer) => {
    const beside = rows.filter((row) => row.area === area && row.against.includes(peer) && row.peer !== undefined);
    expect(beside.length).toBeGreaterThan(0);
  });

  it('plots how memories, events, breakers and integrations grow', () => {
    expect(rows.flatMap(({ plot }) => plot?.x ?? [])).toEqual(['memories', 'events', 'breakers', 'integrations']);
  });
});
