import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ConstantBackoff, handleAll, retry } from 'cockatiel';
import { silentLog } from '../../../src/core/log.ts';
import { HttpClient } from '../../../src/integrations/http-client.ts';
import { AttemptError } from '../../../src/resilience/classify.ts';
import type { Pipeline } from '../../../src/resilience/pipeline.ts';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import { openResilience, resilienceSettings } from '../../support/resilience-stack.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';
import { figureRow } from '../row.ts';
import { median } from '../statistics.ts';

const CALLS = 5_000;
const RUNS = 9;
const ABORTS = 50;
const ABORT_AFTER_MS = 20;
const PEER = 'cockatiel retry, 3 retries';

const DOWN = new AttemptError({ kind: 'response', status: 503, headers: {} });

function withPipeline<T>(work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const { pipeline, sqlite } = openResilience(join(folder, 'bench.db'));
    try {
      return await work(pipeline);
    } finally {
      await sqlite.close();
    }
  });
}

/** Requests per call when a share of them fails at random. The breaker is kept out: it would hide what the budget does. */
async function amplification(failing: number, call: (attempt: () => Promise<void>) => Promise<unknown>) {
  let [hits, begun] = [0, 0];
  const attempt = async () => {
    hits += 1;
    if (Math.random() < failing) throw DOWN;
  };
  const caller = async () => {
    while (begun++ < CALLS) await call(attempt).catch(() => {});
  };
  await Promise.all(Array.from({ length: 16 }, caller));
  return hits / CALLS;
}

function ourAmplification(failing: number): Promise<number> {
  return withPipeline((pipeline) => {
    const settings = resilienceSettings({ retry: { base_ms: 1, max_ms: 1 } });
    const never = { failureThreshold: Number.POSITIVE_INFINITY, minCalls: Number.POSITIVE_INFINITY };
    const call = {
      key: 'k',
      repeat: 'safe',
      settings: { ...settings, breaker: { ...settings.breaker, ...never } },
      signal: new AbortController().signal,
    } as const;
    return amplification(failing, (attempt) => pipeline.run(call, newTrace(), attempt));
  });
}

export async function measureAmplification(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [failing, limit] of [
    [0.3, 1.25],
    [1, 1.02],
  ] as const) {
    const peer = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(1) });
    const ours: number[] = [];
    for (let run = 0; run < RUNS; run += 1) ours.push(await ourAmplification(failing));
    rows.push(
      figureRow({
        what: `requests per call when ${failing * 100} % fail, median of ${RUNS} × ${CALLS} calls`,
        unit: '×',
        ours: median(ours),
        peer: await amplification(failing, (attempt) => peer.execute(attempt)),
        limit,
        against: `${PEER}; worst of ours ${Math.max(...ours).toFixed(3)}`,
      }),
    );
  }
  return rows;
}

interface Abort {
  settledAfterMs: number;
  furtherCalls: number;
}

/** Cancels a call in the pause after its first attempt. */
async function abortInPause(
  call: (attempt: () => Promise<void>, signal: AbortSignal) => Promise<unknown>,
): Promise<Abort> {
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

export async function measureAbort(): Promise<Row[]> {
  const ours = await withPipeline(async (pipeline) => {
    // The service asks for the pause, so that every one is long enough to be cancelled.
    const asked = new AttemptError({ kind: 'response', status: 500, headers: { 'retry-after': '1' } });
    const aborts: Abort[] = [];
    for (let round = 0; round < ABORTS; round += 1) {
      const call = { key: `k${round}`, repeat: 'safe', settings: resilienceSettings({}) } as const;
      const run = (attempt: () => Promise<void>, signal: AbortSignal) =>
        pipeline.run({ ...call, signal }, newTrace(), () => attempt().catch(() => Promise.reject(asked)));
      aborts.push(await abortInPause(run));
    }
    return aborts;
  });
  const policy = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(500) });
  const peer = await abortInPause((attempt, signal) => policy.execute(attempt, signal));
  const against = `cockatiel retry, 500 ms pause; worst of ${ABORTS} of ours`;
  return [
    figureRow({
      what: 'a call cancelled in a pause ends after',
      unit: 'ms',
      ours: Math.max(...ours.map(({ settledAfterMs }) => settledAfterMs)),
      peer: peer.settledAfterMs,
      limit: 25,
      against,
    }),
    figureRow({
      what: 'further calls after that',
      unit: 'calls',
      ours: ours.reduce((sum, { furtherCalls }) => sum + furtherCalls, 0),
      peer: peer.furtherCalls,
      limit: 0,
      against,
    }),
  ];
}

/** A service that does what a POST without an idempotency key says, and then breaks the connection. */
export async function measureUnsafePost(): Promise<Row[]> {
  let executions = 0;
  const server = createServer((request) => {
    request.resume().once('end', () => {
      executions += 1;
      request.socket.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const http = new HttpClient(silentLog, true);
  const post = ({ signal }: { signal: AbortSignal }) =>
    http.send({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body: '{}' }, signal);
  const { signal } = new AbortController();
  const settings = resilienceSettings({});
  await withPipeline((pipeline) =>
    pipeline.run({ key: 'k', repeat: 'unsafe', settings, signal }, newTrace(), post),
  ).catch(() => {});
  const ours = executions;
  const peer = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(1) });
  await peer.execute(post, signal).catch(() => {});
  http.close();
  server.close();
  return [
    {
      what: 'executions of a POST without key, executed and then reset',
      unit: 'executions',
      ours,
      peer: executions - ours,
      bar: '1',
      met: ours === 1,
      against: PEER,
    },
  ];
}
