import { getEventListeners, once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import { createClient, failureOf, never, post, send } from './http-attempt.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { freePort, serve, serveBytes } from './loopback-server.ts';

const MEGABYTE = 1024 * 1024;

describe('whether a request can have left', () => {
  it('not, when the connection is refused', async () => {
    const url = new URL(`http://127.0.0.1:${await freePort()}/`);
    expect((await failureOf(send(url))).failure).toEqual({ kind: 'network', code: 'ECONNREFUSED', sent: false });
  });

  it('not, when the TLS handshake fails', async () => {
    const { port } = await serveBytes((socket) => void socket.end('no TLS here'));
    const { failure } = await failureOf(send(new URL(`https://127.0.0.1:${port}/`)));
    expect(failure).toMatchObject({ kind: 'network', sent: false });
  });

  it('yes, when the connection is reset after the request', async () => {
    const { url, requests } = await serve((req) => void req.socket.resetAndDestroy());
    expect((await failureOf(send(url))).failure).toEqual({ kind: 'network', code: 'ECONNRESET', sent: true });
    expect(requests).toHaveLength(1);
  });

  it('yes, when the server hangs up without a word', async () => {
    const { url } = await serveBytes((socket) => void socket.once('data', () => socket.end()));
    expect((await failureOf(send(url))).failure).toEqual({ kind: 'network', code: 'ECONNRESET', sent: true });
  });

  it('yes, when a kept connection is reset', async () => {
    const client = createClient();
    const { url, sockets } = await serve((req, res) => {
      if (req.headers['x-reset'] === undefined) res.end('{}');
      else req.socket.resetAndDestroy();
    });
    await client.send(post(url), never());
    const again = client.send(post(url, { headers: { 'x-reset': '1' } }), never());
    expect((await failureOf(again)).failure).toMatchObject({ kind: 'network', sent: true });
    expect(sockets).toHaveLength(1);
  });

  it.each([
    ['shorter than announced', 'Content-Length: 100\r\n\r\n{"id":"x"}'],
    ['cut off in the middle of a chunk', 'Transfer-Encoding: chunked\r\n\r\n64\r\n{"id":"x"}'],
  ])('yes, when the body is %s', async (_what, rest) => {
    const { url } = await serveBytes(
      (socket) => void socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${rest}`)),
    );
    expect((await failureOf(send(url))).failure).toEqual({ kind: 'network', code: 'ECONNRESET', sent: true });
  });

  it.each(['{"id":', 'OK', '<html></html>'])('yes, when a 200 says %s', async (body) => {
    const { url } = await serve((_req, res) => void res.end(body));
    expect((await failureOf(send(url))).failure).toEqual({ kind: 'network', code: 'INVALID_BODY', sent: true });
  });

  it.each([
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n',
  ])('yes, when the answer is no HTTP: %j', async (text) => {
    const { url } = await serveBytes((socket) => void socket.once('data', () => socket.end(text)));
    expect((await failureOf(send(url))).failure).toMatchObject({ kind: 'network', sent: true });
  });

  it('yes, when the service changes the protocol', async () => {
    const { url, sockets } = await serveBytes((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: ws\r\nConnection: Upgrade\r\n\r\n'),
      );
    });
    expect((await failureOf(send(url))).failure).toMatchObject({ kind: 'network', sent: true });
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  });
});

describe('limits', () => {
  const answerOf = (bytes: number) => serve((_req, res) => void res.end(`"${'x'.repeat(bytes - 2)}"`));

  it('takes 10 MB and no byte more', async () => {
    const most = await answerOf(10 * MEGABYTE);
    expect((await send(most.url)).body).toHaveLength(10 * MEGABYTE - 2);
    const more = await answerOf(10 * MEGABYTE + 1);
    const { failure } = await failureOf(send(more.url));
    expect(failure).toEqual({ kind: 'network', code: 'RESPONSE_TOO_LARGE', sent: true });
  });

  it('ends the connection of a body without end', async () => {
    const { url, sockets } = await serve(async (_req, res) => {
      const chunk = 'x'.repeat(MEGABYTE);
      while (!res.destroyed) if (!res.write(chunk)) await once(res, 'drain').catch(() => {});
    });
    expect((await failureOf(send(url))).failure).toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  });
});

describe('abort', () => {
  it('before the call: nothing connects', async () => {
    const { url, sockets } = await serve((_req, res) => void res.end('{}'));
    const error = await failureOf(send(url, AbortSignal.abort()));
    expect(error.failure).toEqual({ kind: 'cancelled', sent: false });
    // A request of its own tells that whatever was to come has come.
    await send(url);
    expect(sockets).toHaveLength(1);
  });

  const silences: readonly (readonly [string, () => Promise<LoopbackServer>])[] = [
    ['before the headers', () => serve(() => {})],
    ['within the body', () => serve((_req, res) => void res.writeHead(200).write('{"id":'))],
  ];

  it.each(silences)('%s: ends at once and closes the socket', async (_what, start) => {
    const { url, sockets, requests } = await start();
    const took: number[] = [];
    for (let round = 1; round <= 3; round += 1) {
      const controller = new AbortController();
      const failed = failureOf(send(url, controller.signal));
      await expect.poll(() => requests.length, { interval: 2 }).toBe(round);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const abortedAt = performance.now();
      controller.abort();
      expect((await failed).failure).toEqual({ kind: 'cancelled', sent: true });
      took.push(performance.now() - abortedAt);
    }
    expect(Math.max(...took)).toBeLessThan(AT_ONCE_MS);
    await expect.poll(() => sockets.map(({ destroyed }) => destroyed), { interval: 2 }).toEqual([true, true, true]);
  });

  it('tells a time limit from a caller that left', async () => {
    const { url, requests } = await serve(() => {});
    const controller = new AbortController();
    const failed = failureOf(send(url, controller.signal));
    await expect.poll(() => requests.length, { interval: 2 }).toBe(1);
    const reason = new AppError('timeout', 'One attempt took longer than 10 ms.');
    controller.abort(reason);
    const error = await failed;
    expect(error.failure).toEqual({ kind: 'timeout', sent: true });
    expect(error.cause).toBe(reason);
  });

  it('leaves no listener on the signal, however requests end', async () => {
    const warnings: unknown[] = [];
    const note = (warning: unknown) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { signal } = new AbortController();
    const { url } = await serve((req, res) => {
      const number = Number(req.headers['x-number']);
      if (number % 3 === 0) req.socket.resetAndDestroy();
      else res.writeHead(number % 3 === 1 ? 200 : 500).end('{}');
    });
    const client = createClient();
    const numbered = (number: number) => client.send(post(url, { headers: { 'x-number': String(number) } }), signal);
    const results = await Promise.allSettled(Array.from({ length: 60 }, (_, number) => numbered(number)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    await client.send({ ...post(url), headers: { 'x-bad': 'a\nb' } }, signal).catch(() => {});
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(warnings).toEqual([]);
  });
});
