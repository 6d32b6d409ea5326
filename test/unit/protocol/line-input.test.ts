import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { LineInput } from '../../../src/protocol/line-input.ts';

function openInput({ maxBytes = 1_000, output = new PassThrough() as Writable } = {}) {
  const source = new PassThrough();
  const input = new LineInput(source, output, silentLog, maxBytes);
  const lines: string[] = [];
  input.on('data', (line: Buffer) => lines.push(line.toString()));
  return { source, input, lines };
}

describe('LineInput', () => {
  it('hands on the same lines however the bytes arrive', async () => {
    const line = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\n', ' '));
    const property = fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 30 }), async (texts, step) => {
      const { source, input, lines } = openInput();
      const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
      for (let start = 0; start < bytes.length; start += step) source.write(bytes.subarray(start, start + step));
      await turn();
      await input.drained();
      expect(lines).toEqual(texts.map((text) => `${Buffer.from(text).toString()}\n`));
    });
    await fc.assert(property, { numRuns: 20 });
  });

  it('lets other things happen between many messages', async () => {
    const { source, lines } = openInput({ maxBytes: 100 });
    source.write('{}\n'.repeat(100));
    await turn();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(50);
    await expect.poll(() => lines.length).toBe(100);
  });

  it.each([
    ['at the beginning', '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"text":"', '"}}', 7],
    ['at the end', '{"method":"tools/call","params":{"text":"', '"},"jsonrpc":"2.0","id":"a-1"}', 'a-1'],
    ['nowhere', '{"text":"', '"}', null],
    ['inside the arguments only', '{"params":{"text":"', '","id":4}}', null],
  ])('refuses a line over the limit by its id (%s), and goes on', async (_, head, tail, id) => {
    const output = new PassThrough();
    const { source, lines } = openInput({ maxBytes: 5_000, output });
    source.write(head);
    for (let count = 0; count < 20; count += 1) source.write('x'.repeat(1_000));
    source.write(`${tail}\n{"id":8}\n`);
    await expect.poll(() => lines).toEqual(['{"id":8}\n']);
    const message = `The message has ${head.length + 20_001 + tail.length} bytes; at most 5000 are read. Nothing was executed.`;
    expect(JSON.parse(String(output.read()))).toEqual({ jsonrpc: '2.0', id, error: { code: -32600, message } });
  });

  it('waits while the output is full, and does not take in more', async () => {
    const release: (() => void)[] = [];
    const output = new Writable({ highWaterMark: 10, write: (_chunk, _encoding, done) => void release.push(done) });
    const { source, input, lines } = openInput({ output });
    output.write('a long answer that nobody reads');
    source.write('{}\n{}\n');
    await turn();
    expect(lines).toEqual([]);
    expect(source.isPaused()).toBe(true);
    let isDrained = false;
    const drained = input.drained().then(() => {
      isDrained = true;
    });
    await turn();
    expect(isDrained).toBe(false);
    for (const done of release) done();
    await drained;
    expect(lines).toEqual(['{}\n', '{}\n']);
    expect(source.isPaused()).toBe(false);
  });
});
