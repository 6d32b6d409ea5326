import { expect, it } from 'vitest';
import { inSpan } from '../../../src/core/telemetry.ts';

it('gives the result, and what was thrown, where nobody collects spans', async () => {
  expect(await inSpan('call', {}, async () => 'done')).toBe('done');
  const thrown = new Error('failed');
  const failing = inSpan('call', {}, async () => {
    throw thrown;
  });
  await expect(failing).rejects.toBe(thrown);
});
