import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Breaker } from '../../../src/resilience/breaker.ts';
import type { BreakerRow } from '../../../src/resilience/breaker-state.ts';
import type { BreakerStore } from '../../../src/resilience/breaker-store.ts';
import { AttemptError } from '../../../src/resilience/classify.ts';
import { InProcessBreakerStore } from '../../../src/resilience/in-process-breaker-store.ts';
import { OutcomeWindow } from '../../../src/resilience/outcome-window.ts';
import { resolveResilience } from '../../../src/resilience/resilience-settings.ts';
import { breakerMigrations, SqliteBreakerStore } from '../../../src/resilience/sqlite-breaker-store.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import { clock, failWith, hang, KEY, openPipeline, response } from './calls.ts';

/** Faults that were found in widely used resilience libraries. None of them may come back here. */

const settings = resolveResilience({}).breaker;
const ONE_ATTEMPT = { retry: { max_attempts: 1 } };
const serverError = failWith(response(500));
const succeed = async () => 'done';

function setState(store: BreakerStore, fields: Partial<BreakerRow>): Promise<BreakerRow> {
  return store.update(KEY, (row) => ({ ...row, generation: row.generation + 1, ...fields }));
}

/** A breaker whose break has just ended: the next call is a probe. */
function setDue(store: BreakerStore): Promise<BreakerRow> {
  return setState(store, { state: 'open', opens: 1, reopenAt: Date.now() - 1 });
}

async function stateOf(store: BreakerStore): Promise<string | undefined> {
  return (await store.get(KEY))?.state;
}

describe('aborts', () => {
  it('during a pause end the call at once, with the reason and no further attempt', async () => {
    const { call } = openPipeline();
    const caller = new AbortController();
    const attempt = vi.fn(failWith(response(503, { 'retry-after': '10' })));
    const result = call(attempt, { signal: caller.signal });
    const settled = result.then(
      () => undefined,
      (thrown: unknown) => ({ thrown, at: performance.now() }),
    );
    await expect.poll(() => attempt.mock.calls.length).toBe(1);
    await pause(20);
    const aborted = performance.now();
    caller.abort('the person changed their mind');
    const end = await settled;
    expect(end?.thrown).toMatchObject({ code: 'cancelled', cause: 'the person changed their mind' });
    expect((end?.at ?? 0) - aborted).toBeLessThan(AT_ONCE_MS);
    await pause(30);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('reach a half-open probe', async () => {
    const { call, store } = openPipeline();
    await setDue(store);
    const caller = new AbortController();
    const result = call(hang, { signal: caller.signal });
    await expect.poll(() => stateOf(store)).toBe('half_open');
    caller.abort('left');
    await expect(result).rejects.toMatchObject({ failure: { kind: 'cancelled' }, cause: 'left' });
  });

  it('by the caller are no timeouts, and open nothing', async () => {
    const { call, store } = openPipeline();
    for (let count = 0; count < 6; count += 1) {
      const caller = new AbortController();
      const result = call(hang, { signal: caller.signal, settings: { timeout_ms: 30_000 } });
      setTimeout(() => caller.abort('left'), 5);
      await expect(result).rejects.toMatchObject({ failure: { kind: 'cancelled' }, cause: 'left' });
    }
    expect(await store.get(KEY)).toBeUndefined();
  });

  it('by the time limit of an attempt are timeouts, and count', async () => {
    const { call, store } = openPipeline();
    await expect(call(hang, { settings: { ...ONE_ATTEMPT, timeout_ms: 100 } })).rejects.toMatchObject({
      failure: { kind: 'timeout' },
      cause: { code: 'timeout', message: 'The service did not answer within 100 ms.' },
    });
    expect(await store.get(KEY)).toMatchObject({ failures: 1, lastError: 'timeout' });
  });
});

describe('half open', () => {
  it.each([
    ['cancelled by its caller', { kind: 'cancelled', sent: true } as const],
    ['refused by configuration', { kind: 'network', code: 'ENOTFOUND', sent: false } as const],
  ])('a probe that was %s does not close the breaker and gives its permit back', async (_, failure) => {
    const { call, store } = openPipeline();
    await setDue(store);
    await expect(call(failWith(failure))).rejects.toThrow();
    expect(await store.get(KEY)).toMatchObject({ state: 'half_open', probes: [] });
    expect(await call(succeed)).toBe('done');
    expect(await stateOf(store)).toBe('closed');
  });

  it('a probe that ends in a defect of ours does not close it either', async () => {
    const { call, store } = openPipeline();
    await setDue(store);
    await expect(call(() => Promise.reject(new TypeError('x is not a function')))).rejects.toThrow('x is not');
    expect(await store.get(KEY)).toMatchObject({ state: 'half_open', probes: [] });
  });

  it.each([
    ['one process', () => [new InProcessBreakerStore(clock)]],
    [
      'two connections',
      () => {
        const path = databasePath();
        return [0, 1].map(() => new SqliteBreakerStore(sqliteAt(path, breakerMigrations), clock));
      },
    ],
  ])('lets 1 of 500 callers through and refuses the others at once: %s', async (_, open) => {
    const stores = open();
    const window = new OutcomeWindow(30_000);
    const breakers = stores.map((store) => new Breaker({ key: KEY, store, settings, repeat: 'safe', clock, window }));
    if (stores[0] === undefined) throw new Error('unreachable');
    await setDue(stores[0]);
    const gate = Promise.withResolvers<string>();
    const attempt = vi.fn(() => gate.promise);
    const refusals: unknown[] = [];
    const calls = Array.from({ length: 500 }, (__, index) =>
      breakers[index % breakers.length]?.execute(attempt).catch((thrown: unknown) => void refusals.push(thrown)),
    );
    await expect.poll(() => refusals.length).toBe(499);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'circuit_open', outcome: 'not_executed' });
    gate.resolve('done');
    await Promise.all(calls);
    expect(attempt).toHaveBeenCalledTimes(1);
    expect(await stateOf(stores[0])).toBe('closed');
  });
});

describe('results that come late', () => {
  it('do not open a breaker again that a probe is about to close', async () => {
    const { call, store } = openPipeline();
    const late = Promise.withResolvers<never>();
    const slow = call(() => late.promise, { settings: ONE_ATTEMPT });
    await vi.waitFor(() => undefined);
    await setDue(store);
    const probe = Promise.withResolvers<string>();
    const probing = call(() => probe.promise);
    await expect.poll(() => stateOf(store)).toBe('half_open');
    late.reject(new AttemptError(response(500)));
    await expect(slow).rejects.toThrow('HTTP 500');
    expect(await stateOf(store)).toBe('half_open');
    probe.resolve('done');
    await probing;
    expect(await stateOf(store)).toBe('closed');
  });

  it('do not close or weaken an open breaker', async () => {
    const { call, store } = openPipeline();
    const late = Promise.withResolvers<string>();
    const slow = call(() => late.promise);
    await vi.waitFor(() => undefined);
    const open = await setState(store, { state: 'open', opens: 1, failures: 5, reopenAt: Date.now() + 60_000 });
    late.resolve('done');
    expect(await slow).toBe('done');
    expect(await store.get(KEY)).toEqual(open);
  });
});

describe('counting', () => {
  it('takes a 404 for a sign of life: it ends the row of failures', async () => {
    const { call, store } = openPipeline();
    for (const status of [500, 500, 500, 500, 404, 500, 500, 500, 500]) {
      await expect(call(failWith(response(status)), { settings: ONE_ATTEMPT })).rejects.toThrow(`HTTP ${status}`);
    }
    expect(await store.get(KEY)).toMatchObject({ state: 'closed', failures: 4 });
    await expect(call(serverError, { settings: ONE_ATTEMPT })).rejects.toThrow();
    expect(await stateOf(store)).toBe('open');
  });

  it('lets a failing service be called 5 times before it opens, retries included', async () => {
    const { call } = openPipeline();
    const attempt = vi.fn(serverError);
    for (let count = 0; count < 10; count += 1) await call(attempt).catch(() => undefined);
    expect(attempt).toHaveBeenCalledTimes(5);
  });

  it('does not retry the refusal of an open breaker', async () => {
    const { call, store, pipeline } = openPipeline();
    await setState(store, { state: 'open', reopenAt: Date.now() + 60_000, lastError: 'HTTP 503' });
    const attempt = vi.fn(succeed);
    const onPause = vi.fn();
    await expect(call(attempt, { onPause })).rejects.toMatchObject({
      code: 'circuit_open',
      retryable: true,
      outcome: 'not_executed',
      details: { breaker: KEY, state: 'open', last_error: 'HTTP 503' },
    });
    expect([attempt, onPause].map((mock) => mock.mock.calls.length)).toEqual([0, 0]);
    expect(pipeline.local(KEY).budget.tokens).toBe(20);
  });
});

describe('a forced state', () => {
  it('that another process imposed can be ended, also after a restart', async () => {
    const path = databasePath();
    const [first, second] = [0, 1].map(() =>
      openPipeline(new SqliteBreakerStore(sqliteAt(path, breakerMigrations), clock)),
    );
    if (first === undefined || second === undefined) throw new Error('unreachable');
    const forced = { state: 'open', reason: 'moving', owner: 'ann', until: null } as const;
    await first.store.update(KEY, (row) => ({ ...row, forced }));
    await expect(second.call(succeed)).rejects.toMatchObject({
      code: 'circuit_open',
      details: { state: 'forced_open' },
    });
    await second.store.update(KEY, (row) => ({ ...row, forced: null }));
    expect(await first.call(succeed)).toBe('done');
  });
});
