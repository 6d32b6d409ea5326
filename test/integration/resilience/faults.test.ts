import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { breakerMigrations, SqliteBreakerStore } from '../../../src/resilience/sqlite-breaker-store.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';
import type { Behaviour } from '../../support/loopback-service.ts';
import { answer, silence, startService } from '../../support/loopback-service.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import { clock, KEY } from '../../unit/resilience/calls.ts';
import { openHttpPipeline } from './http-calls.ts';

/** Notes when the client lets go of a connection on which nothing was answered. */
function silenceUntilClosed(): { behaviour: Behaviour; closedAt: Promise<number> } {
  const { promise, resolve } = Promise.withResolvers<number>();
  const behaviour: Behaviour = (_, request) => void request.socket.once('close', () => resolve(performance.now()));
  return { behaviour, closedAt: promise };
}

/** Sends headers and half a body, and then nothing more. */
const stall: Behaviour = (response) => void response.writeHead(200).write('{"ok":');

describe('time', () => {
  it.each([
    ['headers never come', silence],
    ['the body stops', stall],
  ])('an attempt ends at its limit when the %s', async (_, behaviour) => {
    const service = await startService(behaviour);
    const settings = { timeout_ms: 120, retry: { max_attempts: 1 } };
    const { thrown, trace, tookMs } = await openHttpPipeline().post(service.url, { repeat: 'unsafe', settings });
    expect(thrown).toMatchObject({
      failure: { kind: 'timeout', sent: true },
      cause: { code: 'timeout', message: 'The service did not answer within 120 ms.' },
    });
    expect(trace).toEqual({ attempts: 1, outcome: 'unknown' });
    expect(tookMs).toBeGreaterThan(110);
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
  });

  it('an attempt that is over lets go of its connection', async () => {
    const { behaviour, closedAt } = silenceUntilClosed();
    const service = await startService(behaviour, answer(200));
    const { value, trace } = await openHttpPipeline().post(service.url, { settings: { timeout_ms: 100 } });
    expect(value?.body).toEqual({ ok: true });
    expect(trace).toEqual({ attempts: 2, outcome: 'executed' });
    expect((await closedAt) - (service.received[0]?.at ?? 0)).toBeLessThan(AT_ONCE_MS);
  });

  it('the deadline ends the call whatever the attempts may take', async () => {
    const service = await startService(silence);
    const settings = { timeout_ms: 1_000, deadline_ms: 1_500 };
    const { thrown, trace, tookMs } = await openHttpPipeline().post(service.url, { settings });
    expect(thrown).toMatchObject({ cause: { code: 'timeout', message: 'The deadline of the call has passed.' } });
    expect(trace).toEqual({ attempts: 2, outcome: 'unknown' });
    expect(tookMs).toBeGreaterThan(1_490);
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
  });

  it('a caller who leaves is let go at once, connection included', async () => {
    const { behaviour, closedAt } = silenceUntilClosed();
    const service = await startService(behaviour);
    const caller = new AbortController();
    const { post, store } = openHttpPipeline();
    const ended = post(service.url, { signal: caller.signal });
    await expect.poll(() => service.received.length, { interval: 5 }).toBe(1);
    const aborted = performance.now();
    caller.abort('left');
    const { thrown, trace } = await ended;
    expect(performance.now() - aborted).toBeLessThan(AT_ONCE_MS);
    expect(thrown).toMatchObject({ failure: { kind: 'cancelled', sent: true }, cause: 'left' });
    expect(trace).toEqual({ attempts: 1, outcome: 'unknown' });
    expect((await closedAt) - aborted).toBeLessThan(AT_ONCE_MS);
    expect(await store.get(KEY)).toBeUndefined();
  });
});

describe('a service that asks to wait', () => {
  it('is called again after that time, and by nobody before', async () => {
    const service = await startService(answer(503, {}, { 'retry-after': '3' }), answer(200));
    const { post, store } = openHttpPipeline();
    const first = post(service.url, { repeat: 'unsafe' });
    await expect.poll(() => service.received.length, { interval: 5 }).toBe(1);
    await expect.poll(async () => (await store.get(KEY))?.throttledUntil, { interval: 5 }).toBeGreaterThan(0);
    const hurried = await post(service.url, { settings: { timeout_ms: 1_500, deadline_ms: 1_500 } });
    expect(hurried.thrown).toMatchObject({ code: 'rate_limited', retryable: true, outcome: 'not_executed' });
    expect(hurried.tookMs).toBeLessThan(1_000);
    const patient = await post(service.url);
    expect([patient.value?.status, (await first).value?.status]).toEqual([200, 200]);
    const [before, after] = service.received;
    expect(service.received).toHaveLength(3);
    expect((after?.at ?? 0) - (before?.at ?? 0)).toBeGreaterThanOrEqual(3_000);
    expect((after?.at ?? 0) - (before?.at ?? 0)).toBeLessThan(3_000 + AT_ONCE_MS);
  });

  it('for longer than the deadline is told at once, and not called by anybody', async () => {
    const service = await startService(answer(429, {}, { 'retry-after': '60' }));
    const { post } = openHttpPipeline();
    const { thrown, tookMs } = await post(service.url);
    expect(thrown).toMatchObject({ failure: { kind: 'response', status: 429 } });
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
    const next = await post(service.url);
    expect(next.thrown).toMatchObject({ code: 'rate_limited', details: { state: 'throttled' } });
    const { retryAfterMs } = next.thrown as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(60_000 - AT_ONCE_MS);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(service.received).toHaveLength(1);
  });
});

describe('a failing service', () => {
  const settings = { retry: { max_attempts: 1 }, breaker: { break_ms: 30_000 } };

  it('is left alone by every process once one of them has seen enough, and comes back through one probe', async () => {
    const path = databasePath();
    const [first, second] = [0, 1].map(() =>
      openHttpPipeline(new SqliteBreakerStore(sqliteAt(path, breakerMigrations), clock)),
    );
    if (first === undefined || second === undefined) throw new Error('unreachable');
    const failure = answer(503);
    const service = await startService(failure, failure, failure, failure, failure, answer(200));
    for (let count = 0; count < 5; count += 1) await first.post(service.url, { settings });
    for (const { post } of [second, first]) {
      const { thrown, trace } = await post(service.url, { settings });
      expect(thrown).toMatchObject({ code: 'circuit_open', details: { state: 'open', last_error: 'HTTP 503' } });
      expect(trace).toEqual({ attempts: 0, outcome: 'not_executed' });
    }
    expect(service.received).toHaveLength(5);
    await first.store.update(KEY, (row) => ({ ...row, reopenAt: clock.now() - 1 }));
    // What another process writes is seen half a millisecond later at most.
    await sleep(2);
    expect((await second.post(service.url, { settings })).value?.status).toBe(200);
    expect((await first.post(service.url, { settings })).value?.status).toBe(200);
    expect((await first.store.transitions(KEY, 10)).map(({ to }) => to)).toEqual(['closed', 'half_open', 'open']);
  });
});

it('50 calls in flight, and 100 one after the other on one connection, cause no warning about listeners', async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const service = await startService((response, request) => {
    setTimeout(() => answer(200)(response, request), service.received.length <= 50 ? 30 : 0);
  });
  const { post } = openHttpPipeline();
  const caller = new AbortController();
  await Promise.all(Array.from({ length: 50 }, () => post(service.url, { signal: caller.signal })));
  for (let count = 0; count < 100; count += 1) await post(service.url, { signal: caller.signal });
  expect(service.received).toHaveLength(150);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(warnings).toEqual([]);
});
