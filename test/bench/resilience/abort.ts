import { AttemptError } from '../../../src/resilience/classify.ts';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import { resilienceSettings } from '../../support/resilience-stack.ts';
import { sized } from '../counts.ts';
import type { Row } from '../row.ts';
import { figureRow } from '../row.ts';
import type { RetryPolicy } from './retry-policies.ts';
import { DOWN, retryPeers, withPipeline } from './retry-policies.ts';

const ABORTS = sized(50, 3);
const ABORT_AFTER_MS = 20;
const PAUSE_MS = 500;

interface Abort {
  settledAfterMs: number;
  furtherCalls: number;
}

/** Cancels a call in the pause after its first attempt. */
async function abortInPause(call: RetryPolicy): Promise<Abort> {
  const controller = new AbortController();
  let [calls, abortedAt] = [0, 0];
  const attempt = async () => {
    calls += 1;
    if (calls === 1) {
      setTimeout(() => {
        abortedAt = performance.now();
        controller.abort();
      }, ABORT_AFTER_MS);
    }
    throw DOWN;
  };
  await call(attempt, controller.signal).catch(() => {});
  return { settledAfterMs: performance.now() - abortedAt, furtherCalls: calls - 1 };
}

function abortOurs(): Promise<Abort[]> {
  return withPipeline(async (pipeline) => {
    // The service asks for the pause, so that every one is long enough to be cancelled.
    const asked = new AttemptError({ kind: 'response', status: 500, headers: { 'retry-after': '1' } });
    const aborts: Abort[] = [];
    for (let round = 0; round < ABORTS; round += 1) {
      const call = { key: `k${round}`, repeat: 'safe', settings: resilienceSettings({}) } as const;
      const run: RetryPolicy = (attempt, signal) =>
        pipeline.run({ ...call, signal }, newTrace(), () => attempt().catch(() => Promise.reject(asked)));
      aborts.push(await abortInPause(run));
    }
    return aborts;
  });
}

export async function measureAbort(): Promise<Row[]> {
  const ours = await abortOurs();
  const rows: Row[] = [];
  for (const [index, [name, policy]] of Object.entries(retryPeers(PAUSE_MS)).entries()) {
    const peer = await abortInPause(policy);
    const against = `${name}, ${PAUSE_MS} ms pause; worst of ${ABORTS} of ours`;
    rows.push(
      figureRow({
        what: 'abort during a pause: ends after',
        unit: 'ms',
        ours: Math.max(...ours.map(({ settledAfterMs }) => settledAfterMs)),
        peer: peer.settledAfterMs,
        limit: index === 0 ? 25 : undefined,
        against,
      }),
      figureRow({
        what: 'abort during a pause: further calls',
        unit: 'calls',
        ours: ours.reduce((sum, { furtherCalls }) => sum + furtherCalls, 0),
        peer: peer.furtherCalls,
        limit: index === 0 ? 0 : undefined,
        against,
      }),
    );
  }
  return rows;
}
