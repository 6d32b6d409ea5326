import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { LineTransport } from '../../../src/protocol/edge-transport.ts';

async function open({ maxBytes = 1_000, output = new PassThrough() as Writable } = {}) {
  const source = new PassThrough();
  const transport = new LineTransport(source, output, silentLog, maxBytes);
  const messages: unknown[] = [];
  const complaints: string[] = [];
  transport.onmessage = (message) => messages.push(message);
  transport.onerror = ({ message }) => complaints.push(message);
  await transport.start();
  return { source, transport, messages, complaints };
}

const notice = (method: string) => ({ jsonrpc: '2.0', method }) as const;
const line = (message: unknown) => `${JSON.stringify(message)}\n`;
const A = notice('a');

describe('LineTransport', () => {
  it('hands on the same messages however the bytes arrive', async () => {
    const method = fc.string({ unit: 'binary', maxLength: 40 });
    const property = fc.asyncProperty(fc.array(method), fc.integer({ min: 1, max: 30 }), async (methods, step) => {
      const { source, transport, messages } = await open();
      const expected = methods.map((name) => notice(name.toWellFormed()));
      const bytes = Buffer.from(expected.map(line).join(''));
      for (let start = 0; start < bytes.length; start += step) source.write(bytes.subarray(start, start + step));
      await turn();
      await transport.drained();
      expect(messages).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 20 });
  });

  it('complains of what is no message, and goes on', async () => {
    const { source, messages, complaints } = await open();
    const others = ['[]', 'null', '"2.0"', '{"jsonrpc":"1.0"}', '[{"jsonrpc":"2.0"}]', '{"jsonrpc":"2.0","id":1}'];
    others.push('{"jsonrpc":"2.0","id":1,"method":2}');
    for (const text of ['{', '', ...others]) source.write(`${text}\n`);
    source.write(line(A));
    await expect.poll(() => messages).toEqual([A]);
    expect(complaints).toHaveLength(2 + others.length);
    expect(complaints.slice(2)).toEqual(others.map(() => 'a message is not JSON-RPC'));
  });

  it('goes on after a handler that throws', async () => {
    const { source, transport, complaints } = await open();
    let calls = 0;
    transport.onmessage = () => {
      calls += 1;
      throw new Error('a fault');
    };
    source.write(line(A) + line(A));
    await expect.poll(() => calls).toBe(2);
    expect(complaints).toEqual(['a fault', 'a fault']);
  });

  it('sends a message a line, and says when there is room again', async () => {
    const release: (() => void)[] = [];
    const sent: string[] = [];
    const output = new Writable({
      highWaterMark: 10,
      write(chunk: Buffer, _encoding, done) {
        sent.push(chunk.toString());
        release.push(done);
      },
    });
    const { transport } = await open({ output });
    let isSent = false;
    const sending = transport.send(A).then(() => {
      isSent = true;
    });
    await turn();
    expect({ isSent, sent }).toEqual({ isSent: false, sent: [line(A)] });
    for (const done of release) done();
    await sending;
  });

  it('hands on nothing more once it is closed, and ends once', async () => {
    const output = new Writable({ highWaterMark: 10, write: () => {} });
    const { source, transport, messages } = await open({ output });
    let closed = 0;
    transport.onclose = () => {
      closed += 1;
    };
    output.write('a long answer that nobody reads');
    source.write(line(A));
    await turn();
    const drained = transport.drained();
    await transport.close();
    await transport.close();
    await drained;
    source.write(line(A));
    output.emit('drain');
    await turn();
    expect({ messages, closed, isPaused: source.isPaused() }).toEqual({ messages: [], closed: 1, isPaused: true });
  });

  it('tells of an input that fails', async () => {
    const { source, complaints } = await open();
    source.destroy(new Error('the pipe broke'));
    await expect.poll(() => complaints).toEqual(['the pipe broke']);
  });

  it('lets other things happen between many messages', async () => {
    const { source, messages } = await open({ maxBytes: 100 });
    source.write(line(A).repeat(100));
    await turn();
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.length).toBeLessThan(50);
    await expect.poll(() => messages.length).toBe(100);
  });

  it.each([
    ['at the beginning', '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"text":"', '"}}', 7],
    ['at the end', '{"method":"tools/call","params":{"text":"', '"},"jsonrpc":"2.0","id":"a-1"}', 'a-1'],
    ['nowhere', '{"text":"', '"}', null],
    ['inside the arguments only', '{"params":{"text":"', '","id":4}}', null],
  ])('refuses a line over the limit by its id (%s), and goes on', async (_, head, tail, id) => {
    const output = new PassThrough();
    const { source, messages } = await open({ maxBytes: 5_000, output });
    source.write(head);
    for (let count = 0; count < 20; count += 1) source.write('x'.repeat(1_000));
    source.write(`${tail}\n${line(A)}`);
    await expect.poll(() => messages).toEqual([A]);
    const message = `The message has ${head.length + 20_001 + tail.length} bytes; at most 5000 are read. Nothing was executed.`;
    expect(JSON.parse(String(output.read()))).toEqual({ jsonrpc: '2.0', id, error: { code: -32600, message } });
  });

  it('waits while the output is full, and does not take in more', async () => {
    const release: (() => void)[] = [];
    const output = new Writable({ highWaterMark: 10, write: (_chunk, _encoding, done) => void release.push(done) });
    const { source, transport, messages } = await open({ output });
    output.write('a long answer that nobody reads');
    source.write(line(A) + line(A));
    await turn();
    expect(messages).toEqual([]);
    expect(source.isPaused()).toBe(true);
    let isDrained = false;
    const drained = transport.drained().then(() => {
      isDrained = true;
    });
    await turn();
    expect(isDrained).toBe(false);
    for (const done of release) done();
    await drained;
    expect(messages).toEqual([A, A]);
    expect(source.isPaused()).toBe(false);
  });
});
