import { join } from 'node:path';
import { ConsecutiveBreaker, circuitBreaker, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import type { ResilienceInput } from '../../../src/resilience/resilience-settings.ts';
import { openResilience, resilienceSettings } from '../../support/resilience-stack.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';
import { figureRow, ratioRow } from '../row.ts';
import type { Comparison } from '../statistics.ts';
import { inTurn, median, percentile } from '../statistics.ts';

const CALLS = 20_000;
const ROUNDS = 10;
/** What the bars were set against, in microseconds: the limit of ours, and the peer on the machine where they were set. */
const P50 = 5 / 10.9;
const P99 = 15 / 40;
const LIMITED_P50_US = 16;
/** So many that nobody ever waits: the cost of a permit is measured, not the rate. */
const NO_WAIT: ResilienceInput = { rate_limit: { permits: 1_000_000, per_ms: 1_000, burst: 100_000 } };
const PEER = 'cockatiel retry + breaker + timeout';

interface Percentiles {
  p50: number;
  p99: number;
}

/** Microseconds of one call after the other, each with the signal of its own caller. */
async function percentilesOf(call: (signal: AbortSignal) => Promise<unknown>): Promise<Percentiles> {
  const times = new Float64Array(CALLS);
  for (let index = 0; index < CALLS; index += 1) {
    const { signal } = new AbortController();
    const started = performance.now();
    await call(signal);
    times[index] = (performance.now() - started) * 1000;
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

async function nothing(): Promise<number> {
  return 1;
}

/** The whole path of a call around a function that does nothing: closed breaker, shared in a database file. */
export function measurePipelineCost(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const { pipeline, sqlite } = openResilience(join(folder, 'bench.db'));
    const callWith = (key: string, input: ResilienceInput) => {
      const settings = resilienceSettings(input);
      return (signal: AbortSignal) => pipeline.run({ key, repeat: 'safe', settings, signal }, newTrace(), nothing);
    };
    const peer = wrap(
      retry(handleAll, { maxAttempts: 3 }),
      circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) }),
      timeout(10_000, TimeoutStrategy.Cooperative),
    );
    const measurePeer = () => percentilesOf((signal) => peer.execute(nothing, signal));
    const plain = await inTurn(() => percentilesOf(callWith('plain', {})), measurePeer, ROUNDS);
    const limited = await inTurn(() => percentilesOf(callWith('limited', NO_WAIT)), measurePeer, ROUNDS);
    await sqlite.close();
    return [
      ratioRow(pick('call over a no-op, p50', plain, 'p50'), 'µs', P50, PEER),
      ratioRow(pick('call over a no-op, p99', plain, 'p99'), 'µs', P99, PEER),
      figureRow({
        what: 'the same with a permit of a shared rate limit, p50',
        unit: 'µs',
        ours: median(limited.ours.map(({ p50 }) => p50)),
        peer: median(limited.peer.map(({ p50 }) => p50)),
        limit: LIMITED_P50_US,
        against: `${PEER}, which has no limiter`,
      }),
    ];
  });
}

function pick(
  what: string,
  { ours, peer }: { ours: Percentiles[]; peer: Percentiles[] },
  name: keyof Percentiles,
): Comparison {
  return { what, ours: ours.map((each) => each[name]), peer: peer.map((each) => each[name]) };
}
