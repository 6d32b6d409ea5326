import { expect, it } from 'vitest';
import { Metrics } from '../../../src/resilience/metrics.ts';

it('counts how calls ended, and their latencies within 10 %', () => {
  const metrics = new Metrics();
  for (let ms = 1; ms <= 100; ms += 1) metrics.record('api/read', { end: 'success', attempts: 1, durationMs: ms });
  metrics.record('api/read', { end: 'failure', attempts: 3, durationMs: 5_000 });
  metrics.record('api/read', { end: 'refused', attempts: 0, durationMs: 0.01 });
  const [shown] = metrics.snapshot();
  expect(shown).toMatchObject({
    key: 'api/read',
    calls: { success: 100, failure: 1, refused: 1, cancelled: 0 },
    attempts: 103,
    latency: { max: 5_000 },
  });
  expect(shown?.latency?.p50).toBeGreaterThan(51 * 0.9);
  expect(shown?.latency?.p50).toBeLessThan(51 * 1.1);
  expect(shown?.latency?.p95).toBeGreaterThan(96 * 0.9);
  expect(shown?.latency?.p95).toBeLessThan(96 * 1.1);
});

it('has no latency for a key that was only refused, and lists keys in order', () => {
  const metrics = new Metrics();
  metrics.record('b', { end: 'refused', attempts: 0, durationMs: 1 });
  metrics.record('a', { end: 'cancelled', attempts: 1, durationMs: 0 });
  expect(metrics.snapshot()).toMatchObject([{ key: 'a' }, { key: 'b', latency: undefined }]);
});

it('never reports more than the largest value, whatever its size', () => {
  const metrics = new Metrics();
  metrics.record('a', { end: 'success', attempts: 1, durationMs: 1e9 });
  expect(metrics.snapshot()[0]?.latency).toEqual({
    p50: expect.any(Number),
    p95: expect.any(Number),
    p99: expect.any(Number),
    max: 1e9,
  });
  expect(metrics.snapshot()[0]?.latency?.p99).toBeLessThanOrEqual(1e9);
});
