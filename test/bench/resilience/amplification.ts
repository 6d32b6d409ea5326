import { newTrace } from '../../../src/resilience/pipeline.ts';
import { resilienceSettings } from '../../support/resilience-stack.ts';
import { sized } from '../counts.ts';
import type { Row } from '../row.ts';
import { figureRow } from '../row.ts';
import { median } from '../statistics.ts';
import type { RetryPolicy } from './retry-policies.ts';
import { DOWN, retryPeers, withPipeline } from './retry-policies.ts';

const CALLS = sized(5_000, 200);
const RUNS = sized(9, 1);
const AT_ONCE = 16;

/** Requests per call when a share of them fails at random. */
async function amplification(failing: number, call: RetryPolicy): Promise<number> {
  let [hits, begun] = [0, 0];
  const { signal } = new AbortController();
  const attempt = async () => {
    hits += 1;
    if (Math.random() < failing) throw DOWN;
  };
  const caller = async () => {
    while (begun++ < CALLS) await call(attempt, signal).catch(() => {});
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return hits / CALLS;
}

/** The breaker is kept out: it would hide what the budget does. */
function ourAmplification(failing: number): Promise<number> {
  return withPipeline((pipeline) => {
    const settings = resilienceSettings({ retry: { base_ms: 1, max_ms: 1 } });
    const never = { failureThreshold: Number.POSITIVE_INFINITY, minCalls: Number.POSITIVE_INFINITY };
    const call = {
      key: 'k',
      repeat: 'safe',
      settings: { ...settings, breaker: { ...settings.breaker, ...never } },
    } as const;
    return amplification(failing, (attempt, signal) => pipeline.run({ ...call, signal }, newTrace(), attempt));
  });
}

export async function measureAmplification(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [failing, limit] of [
    [0.3, 1.25],
    [1, 1.02],
  ] as const) {
    const ours: number[] = [];
    for (let run = 0; run < RUNS; run += 1) ours.push(await ourAmplification(failing));
    const worst = `worst of ours ${Math.max(...ours).toFixed(3)}`;
    for (const [index, [name, peer]] of Object.entries(retryPeers(1)).entries()) {
      rows.push(
        figureRow({
          what: `retry amplification at ${failing * 100} % failure, median of ${RUNS} × ${CALLS} calls`,
          unit: '×',
          ours: median(ours),
          peer: await amplification(failing, peer),
          limit: index === 0 ? limit : undefined,
          against: `${name}; ${worst}`,
        }),
      );
    }
  }
  return rows;
}
