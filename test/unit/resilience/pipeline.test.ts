import { expect, it } from 'vitest';
import { openPipeline } from './calls.ts';

it('has one retry budget for all classes of a host, and one bulkhead for each', () => {
  const { pipeline } = openPipeline();
  const [read, write, other] = ['a/read', 'a/write', 'b/read'].map((key) => pipeline.local(key));
  expect(read?.budget).toBe(write?.budget);
  expect(read?.budget).not.toBe(other?.budget);
  expect(read?.bulkhead).not.toBe(write?.bulkhead);
});

it('tells a call that it has to wait for a place, and how many wait before it', async () => {
  const { call } = openPipeline();
  const settings = { bulkhead: { max_concurrent: 1 } };
  const gate = Promise.withResolvers<string>();
  const told: number[] = [];
  const onQueue = (before: number) => void told.push(before);
  const calls = [1, 2, 3].map(() => call(() => gate.promise, { settings, onQueue }));
  expect(told).toEqual([0, 1]);
  gate.resolve('done');
  expect(await Promise.all(calls)).toEqual(['done', 'done', 'done']);
});
