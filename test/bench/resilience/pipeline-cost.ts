import { join } from 'node:path';
import { ConsecutiveBreaker, circuitBreaker, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import type { ResilienceInput } from '../../../src/resilience/resilience-settings.ts';
import { loadOpossum } from '../../support/peers.ts';
import { openResilience, resilienceSettings } from '../../support/resilience-stack.ts';
import { sized } from '../counts.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';
import { figureRow, ratioRow } from '../row.ts';
import type { Comparison, Paired } from '../statistics.ts';
import { inTurn, median, percentile } from '../statistics.ts';

const CALLS = sized(20_000, 500);
const ROUNDS = sized(10, 1);
const P50 = { ours: 5, peer: 10.9 };
const P99 = { ours: 15, peer: 40 };
const LIMITED_P50_US = 16;
/** So many that nobody ever waits: the cost of a permit is measured, not the rate. */
const NO_WAIT: ResilienceInput = { rate_limit: { permits: 1_000_000, per_ms: 1_000, burst: 100_000 } };
const PEER = 'cockatiel retry + breaker + timeout';
const WHAT = 'pipeline over a no-op, closed';

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
    const cockatiel = wrap(
      retry(handleAll, { maxAttempts: 3 }),
      circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) }),
      timeout(10_000, TimeoutStrategy.Cooperative),
    );
    const opossum = new (loadOpossum())(nothing, { timeout: 10_000, resetTimeout: 1_000, volumeThreshold: 5 });
    const measure = (key: string, input: ResilienceInput) => () => percentilesOf(callWith(key, input));
    const measureCockatiel = () => percentilesOf((signal) => cockatiel.execute(nothing, signal));
    // Two at a time: with more between them, the caches of the processor would be measured as well.
    const plain = await inTurn(measure('plain', {}), measureCockatiel, ROUNDS);
    const limited = await inTurn(measure('limited', NO_WAIT), measureCockatiel, ROUNDS);
    const beside = await inTurn(measure('plain', {}), () => percentilesOf(() => opossum.fire()), ROUNDS);
    opossum.shutdown();
    await sqlite.close();
    const [most, less] = [`${WHAT}: everything but limiter and log`, 'opossum breaker + timeout: no retry, no signal'];
    return [
      ratioRow(pick(`${most}, p50`, plain, 'p50'), 'µs', P50, PEER),
      ratioRow(pick(`${most}, p99`, plain, 'p99'), 'µs', P99, PEER),
      figureRow({
        what: `${WHAT}: with limiter, p50`,
        unit: 'µs',
        ours: median(limited.ours.map(({ p50 }) => p50)),
        peer: median(limited.peer.map(({ p50 }) => p50)),
        limit: LIMITED_P50_US,
        against: `${PEER}, which has no limiter`,
      }),
      ratioRow(pick(`${most}, p50`, beside, 'p50'), 'µs', undefined, less),
      ratioRow(pick(`${most}, p99`, beside, 'p99'), 'µs', undefined, less),
    ];
  });
}

function pick(what: string, { ours, peer }: Paired<Percentiles>, name: keyof Percentiles): Comparison {
  return { what, ours: ours.map((each) => each[name]), peer: peer.map((each) => each[name]) };
}
