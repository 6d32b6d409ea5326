import { join } from 'node:path';
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { sleep } from '../../../src/core/clock.ts';
import { AttemptError } from '../../../src/resilience/classify.ts';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import { loadOpossum } from '../../support/peers.ts';
import { openResilience, resilienceSettings } from '../../support/resilience-stack.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';
import { figureRow } from '../row.ts';
import { percentile } from '../statistics.ts';

const CALLERS = 500;
const BREAK_MS = 100;
const PROBE_MS = 300;

type Call = (attempt: () => Promise<void>) => Promise<void>;

interface Rush {
  mostAtOnce: number;
  /** Milliseconds from the call to its refusal, of callers that come together. */
  together: number[];
  /** The same of callers that come one after the other while the probe runs. */
  alone: number[];
}

async function timed(call: () => Promise<void>, refusals: number[]): Promise<void> {
  const started = performance.now();
  await call().catch(() => refusals.push(performance.now() - started));
}

/** All callers at once on a breaker whose break is over, then some one by one while the probe still runs. */
async function rush(call: Call): Promise<Rush> {
  let [atOnce, mostAtOnce] = [0, 0];
  const probe = async () => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await sleep(PROBE_MS);
    atOnce -= 1;
  };
  const result: Rush = { mostAtOnce, together: [], alone: [] };
  const callers = Array.from({ length: CALLERS }, () => timed(() => call(probe), result.together));
  await sleep(PROBE_MS / 3);
  const until = performance.now() + PROBE_MS / 3;
  while (result.together.length > 0 && performance.now() < until) await timed(() => call(probe), result.alone);
  await Promise.all(callers);
  return { ...result, mostAtOnce };
}

async function rushOurs(): Promise<Rush> {
  return inFolder(async (folder) => {
    const { pipeline, sqlite } = openResilience(join(folder, 'bench.db'));
    const settings = resilienceSettings({
      retry: { max_attempts: 1 },
      breaker: { break_ms: BREAK_MS, max_break_ms: BREAK_MS },
      bulkhead: { max_concurrent: CALLERS * 2 },
    });
    const call: Call = (attempt) =>
      pipeline.run({ key: 'k', repeat: 'safe', settings, signal: new AbortController().signal }, newTrace(), attempt);
    await openBreaker(call);
    const result = await rush(call);
    await sqlite.close();
    return result;
  });
}

async function rushCockatiel(): Promise<Rush> {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: BREAK_MS, breaker: new ConsecutiveBreaker(5) });
  const call: Call = (attempt) => breaker.execute(attempt);
  await openBreaker(call);
  return rush(call);
}

async function rushOpossum(): Promise<Rush> {
  const breaker = new (loadOpossum())((attempt: () => Promise<void>) => attempt(), {
    timeout: false,
    resetTimeout: BREAK_MS,
    volumeThreshold: 5,
  });
  const call: Call = async (attempt) => void (await breaker.fire(attempt));
  await openBreaker(call);
  const result = await rush(call);
  breaker.shutdown();
  return result;
}

async function openBreaker(call: Call): Promise<void> {
  const down = () => Promise.reject(new AttemptError({ kind: 'response', status: 503, headers: {} }));
  for (let failure = 0; failure < 5; failure += 1) await call(down).catch(() => {});
  await sleep(BREAK_MS * 1.3);
}

/** Five hundred callers at the moment when a breaker may be tried again. */
export async function measureHalfOpen(): Promise<Row[]> {
  const ours = await rushOurs();
  const peers = { cockatiel: await rushCockatiel(), opossum: await rushOpossum() };
  const inFlight = Object.entries(peers).map(([name, { mostAtOnce, together }], index) =>
    figureRow({
      what: `${CALLERS} callers at half-open: in flight`,
      unit: 'calls',
      ours: ours.mostAtOnce,
      peer: mostAtOnce,
      limit: index === 0 ? 1 : undefined,
      against: `${name} breaker; ours refused ${ours.together.length} of ${CALLERS}, the peer ${together.length}`,
    }),
  );
  return [
    ...inFlight,
    figureRow({
      what: `${CALLERS} callers at half-open: refusal of others, p99 of callers one by one`,
      unit: 'ms',
      ours: percentile(ours.alone, 0.99),
      limit: 1,
      against: `${ours.alone.length} refusals; half of them within ${percentile(ours.alone, 0.5).toFixed(3)} ms`,
    }),
    figureRow({
      what: `${CALLERS} callers at half-open: refusal of all that come at once, by their number`,
      unit: 'ms',
      ours: Math.max(...ours.together) / ours.together.length,
      limit: 1,
      against: `the last one is refused after ${Math.max(...ours.together).toFixed(1)} ms`,
    }),
  ];
}
