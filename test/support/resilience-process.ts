/** One process of several that share breakers and rate limits. Argument: database file. */
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { sleep } from '../../src/core/clock.ts';
import { AppError, messageOf } from '../../src/core/errors.ts';
import { silentLog } from '../../src/core/log.ts';
import { HttpClient } from '../../src/integrations/http-client.ts';
import { newTrace } from '../../src/resilience/pipeline.ts';
import type { RateLimit } from '../../src/resilience/rate-limit.ts';
import type { ResilienceInput } from '../../src/resilience/resilience-settings.ts';
import { loadOpossum } from './peers.ts';
import { serve } from './resilience-processes.ts';
import { openResilience, resilienceSettings } from './resilience-stack.ts';

const [path = ''] = process.argv.slice(2);
const { sqlite, pipeline, permits } = openResilience(path);
const http = new HttpClient(silentLog, true);

export interface Target {
  url: string;
  settings: ResilienceInput;
  probeLeaseMs?: number | undefined;
}

export interface Ending {
  /** `ok`, the code of our refusal, or `failed` for a call that reached the service. */
  ending: string;
  retryAfterMs?: number | undefined;
  state?: unknown;
  message?: string;
}

export interface LoopOptions extends Target {
  callers: number;
  /** Milliseconds between the end of a call and the next one of the same caller. */
  pauseMs: number;
  /** When to stop, on the wall clock. */
  until: number;
  /** The breakers of peers, which each process has to itself; opossum must be installed. */
  policy: 'ours' | 'cockatiel' | 'opossum';
}

async function send(url: string, signal: AbortSignal): Promise<void> {
  await http.send({ method: 'GET', url: new URL(url), headers: {}, body: undefined }, signal);
}

async function endingOf(work: Promise<unknown>): Promise<Ending> {
  try {
    await work;
    return { ending: 'ok' };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) return { ending: 'failed', message: messageOf(thrown) };
    const { code, retryAfterMs, details, message } = thrown;
    return { ending: code, retryAfterMs, state: details?.['state'], message };
  }
}

/** One GET through the pipeline, under one key for the whole service. */
function call({ url, settings, probeLeaseMs }: Target): Promise<Ending> {
  const options = {
    key: new URL(url).host,
    repeat: 'safe',
    settings: resilienceSettings(settings, probeLeaseMs),
    signal: new AbortController().signal,
  } as const;
  return endingOf(pipeline.run(options, newTrace(), ({ signal }) => send(url, signal)));
}

type Call = (target: Target) => Promise<Ending>;

/** How a policy calls. Each breaker of a peer opens after five failures, for 500 ms. */
function callerBy(policy: LoopOptions['policy']): Call {
  if (policy === 'ours') return call;
  if (policy === 'cockatiel') {
    const breaker = circuitBreaker(handleAll, { halfOpenAfter: 500, breaker: new ConsecutiveBreaker(5) });
    return ({ url }) => endingOf(breaker.execute(({ signal }) => send(url, signal)));
  }
  const { signal } = new AbortController();
  const breaker = new (loadOpossum())((url: string) => send(url, signal), {
    timeout: false,
    resetTimeout: 500,
    volumeThreshold: 5,
  });
  return ({ url }) => endingOf(breaker.fire(url));
}

/** Calls again and again. Returns when this process first succeeded after it had failed, each time that happened. */
async function loop(options: LoopOptions): Promise<{ recoveredAt: number[]; calls: number }> {
  const { callers, pauseMs, until, policy } = options;
  const once = callerBy(policy);
  const recoveredAt: number[] = [];
  let [calls, healthy] = [0, true];
  const caller = async () => {
    while (Date.now() < until) {
      const { ending } = await once(options);
      calls += 1;
      if (ending === 'ok' && !healthy) recoveredAt.push(Date.now());
      healthy = ending === 'ok';
      await sleep(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { recoveredAt, calls };
}

export interface TakeOptions {
  key: string;
  limit: RateLimit;
  /** Asks as often as it can between these two times of the wall clock. */
  from: number;
  until: number;
}

/** Asks for permits without waiting for one. `endedAt` is when the last one was decided on. */
async function take({ key, limit, from, until }: TakeOptions) {
  let [granted, asked, endedAt] = [0, 0, from];
  await sleep(Math.max(0, from - Date.now()));
  while (Date.now() < until) {
    asked += 1;
    if ((await permits.take(key, limit, 0)).granted) granted += 1;
    endedAt = Date.now();
    // Lets the other processes have the lock.
    await sleep(1);
  }
  return { granted, asked, endedAt };
}

export interface StartOptions {
  key: string;
  settings: ResilienceInput;
  callers: number;
  from: number;
  until: number;
}

/** Calls a service that does nothing, each call waiting for its permit. Returns when each one began. */
async function begin({ key, settings, callers, from, until }: StartOptions): Promise<number[]> {
  const beganAt: number[] = [];
  const { signal } = new AbortController();
  const options = { key, repeat: 'safe', settings: resilienceSettings(settings), signal } as const;
  await sleep(Math.max(0, from - Date.now()));
  const caller = async () => {
    while (Date.now() < until) {
      await endingOf(pipeline.run(options, newTrace(), async () => void beganAt.push(Date.now())));
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return beganAt;
}

/** Resolves once the database is open, which would take time from the first call otherwise. */
async function ready(): Promise<void> {
  await sqlite.hot();
}

const handlers = { call, loop, take, begin, ready };
export type ResilienceHandlers = typeof handlers;

serve(handlers);
