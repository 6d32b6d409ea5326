import { describe, expect, it } from 'vitest';
import type { BreakerRow } from '../../../src/resilience/breaker-state.ts';
import { Breakers } from '../../../src/resilience/breakers.ts';
import { InProcessBreakerStore } from '../../../src/resilience/in-process-breaker-store.ts';
import { Pipeline } from '../../../src/resilience/pipeline.ts';
import { unlimited } from './calls.ts';

const T = 1_000_000;
const KEY = 'api.example.com/write';

function open() {
  const clock = { time: T, now: () => clock.time };
  const store = new InProcessBreakerStore(clock);
  const breakers = new Breakers(store, new Pipeline(store, unlimited, clock), clock);
  const set = (fields: Partial<BreakerRow>) => store.update(KEY, (row) => ({ ...row, ...fields }));
  return { clock, store, breakers, set };
}

const BY_ANN = { owner: 'ann', reason: 'moving' };

describe('Breakers', () => {
  it('tells of a breaker that nothing ever happened to', async () => {
    expect(await open().breakers.status(KEY)).toEqual({
      key: KEY,
      state: 'closed',
      since: undefined,
      failures: 0,
      opens: 0,
      retryAfterMs: undefined,
      forced: undefined,
      probes: [],
      throttledUntil: undefined,
      lastError: undefined,
      transitions: [],
      local: { running: 0, queued: 0, retryTokens: 20, window: { calls: 0, failures: 0, slow: 0 } },
    });
  });

  it('tells of an open one, without what is over', async () => {
    const { breakers, set, clock } = open();
    const probes = [
      { id: 'claude/1/a', until: T + 5 },
      { id: 'claude/1/b', until: T + 20 },
    ];
    await set({
      state: 'open',
      failures: 5,
      opens: 2,
      lastError: 'HTTP 503',
      reopenAt: T + 900,
      throttledUntil: T + 8,
      probes,
    });
    clock.time = T + 10;
    expect(await breakers.status(KEY)).toMatchObject({
      state: 'open',
      since: T,
      failures: 5,
      opens: 2,
      retryAfterMs: 890,
      probes: [{ owner: 'claude/1', until: T + 20 }],
      throttledUntil: undefined,
      lastError: 'HTTP 503',
    });
    expect(await breakers.keys()).toEqual([KEY]);
  });

  it.each<[string, Partial<BreakerRow>, number | undefined]>([
    ['closed', {}, undefined],
    ['throttled', { throttledUntil: T + 70 }, 70],
    ['open', { state: 'open', reopenAt: T + 50 }, 50],
    ['open and due', { state: 'open', reopenAt: T - 1 }, undefined],
    ['open and throttled', { state: 'open', reopenAt: T + 50, throttledUntil: T + 70 }, 70],
    ['forced open', { forced: { ...BY_ANN, state: 'open', until: T + 90 }, throttledUntil: T + 5 }, 90],
    ['forced open for ever', { forced: { ...BY_ANN, state: 'open', until: null }, throttledUntil: T + 5 }, undefined],
    [
      'forced closed',
      { forced: { ...BY_ANN, state: 'closed', until: T + 90 }, state: 'open', reopenAt: T + 50 },
      undefined,
    ],
    ['forced closed, throttled', { forced: { ...BY_ANN, state: 'closed', until: T + 90 }, throttledUntil: T + 5 }, 5],
    ['forced open, over', { forced: { ...BY_ANN, state: 'open', until: T }, state: 'open', reopenAt: T + 50 }, 50],
  ])('says when a call can go through: %s', async (_, fields, expected) => {
    const { breakers, set } = open();
    await set(fields);
    expect((await breakers.status(KEY)).retryAfterMs).toBe(expected);
  });

  it('forces and resets, and keeps who, why and until when', async () => {
    const { breakers, clock } = open();
    expect(await breakers.control(KEY, { action: 'open', ...BY_ANN, forMs: 100 })).toMatchObject({
      state: 'forced_open',
      forced: { ...BY_ANN, until: T + 100 },
      retryAfterMs: 100,
    });
    expect(await breakers.control(KEY, { action: 'close', ...BY_ANN, forMs: undefined })).toMatchObject({
      state: 'forced_closed',
      forced: { ...BY_ANN, until: null },
    });
    clock.time = T + 5;
    const after = await breakers.control(KEY, { action: 'reset', ...BY_ANN, forMs: undefined });
    expect(after).toMatchObject({ state: 'closed', forced: undefined });
    expect(after.transitions.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'forced_closed → closed',
      'forced_open → forced_closed',
      'closed → forced_open',
    ]);
  });

  it('shows a forced state that is over as what it was before', async () => {
    const { breakers, clock } = open();
    await breakers.control(KEY, { action: 'open', ...BY_ANN, forMs: 100 });
    clock.time = T + 100;
    expect(await breakers.status(KEY)).toMatchObject({ state: 'closed', forced: undefined, retryAfterMs: undefined });
  });
});
