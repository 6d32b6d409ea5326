import { Agent, createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { HandlerRequest } from '../../../src/webhooks/handler-client.ts';
import { askHandler } from '../../../src/webhooks/handler-client.ts';
import type { Behaviour } from '../../support/loopback-service.ts';
import { answer, listen, reset, silence, startService } from '../../support/loopback-service.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';

const BODY = Buffer.from([0x7b, 0xff, 0x00, 0x0d, 0x0a, 0x7d]);
const HEADERS = ['X-Twice', 'one', 'Content-Type', 'application/json', 'x-twice', 'two', 'STRIPE-signature', 't=1'];

function ask(
  url: URL,
  more: Partial<Pick<HandlerRequest, 'timeoutMs' | 'maxBodyBytes' | 'agent'>> & { signal?: AbortSignal } = {},
) {
  const { signal = new AbortController().signal, ...limits } = more;
  const request = { method: 'POST', url, headers: HEADERS, body: BODY, timeoutMs: 2_000, maxBodyBytes: 100 } as const;
  return askHandler({ ...request, ...limits }, signal);
}

describe('askHandler', () => {
  it('sends these bytes and these headers, and nothing of its own but the host and the length', async () => {
    let raw: Buffer = Buffer.alloc(0);
    const server = createServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        raw = Buffer.concat([raw, chunk]);
        if (raw.includes(BODY)) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      });
    });
    onTestFinished(() => void server.close());
    const url = await listen(server);
    expect(await ask(url)).toMatchObject({ status: 204, silence: undefined, body: '' });
    const head = `POST /v1/things HTTP/1.1\r\nHost: ${url.host}\r\nX-Twice: one\r\nContent-Type: application/json\r\nx-twice: two\r\nSTRIPE-signature: t=1\r\nContent-Length: 6\r\nConnection: close\r\n\r\n`;
    expect(raw.toString('latin1')).toBe(head + BODY.toString('latin1'));
  });

  it('keeps the connection of an agent for the next request', async () => {
    const handler = createHttpServer((_request, response) => void response.end('taken'));
    onTestFinished(() => void handler.close());
    let connections = 0;
    handler.on('connection', () => {
      connections += 1;
    });
    const url = await listen(handler);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    for (let sent = 0; sent < 3; sent += 1) {
      expect(await ask(url, { agent, maxBodyBytes: 0 })).toMatchObject({ status: 200, body: '', isCut: false });
    }
    expect(connections).toBe(1);
  });

  it('follows no redirect', async () => {
    const elsewhere = await startService(answer(200));
    const { url } = await startService(answer(307, {}, { location: elsewhere.url.href }));
    expect(await ask(url)).toMatchObject({ status: 307 });
    expect(elsewhere.received).toEqual([]);
  });

  it('reads only so much of an answer', async () => {
    const endless: Behaviour = (response) => {
      const timer = setInterval(() => response.write('x'.repeat(60)), 5);
      response.once('close', () => clearInterval(timer));
    };
    const { url } = await startService(endless);
    expect(await ask(url)).toMatchObject({ status: 200, body: 'x'.repeat(100), isCut: true });
  });

  const notHttp = () => createServer((socket) => void socket.end('hello\r\n\r\n'));
  it.each([
    ['timeout', async () => (await startService(silence)).url],
    ['connection_lost', async () => (await startService(reset)).url],
    ['not_http', async () => listen(notHttp().unref())],
    [
      'connection_refused',
      async () => {
        const { url, stopListening } = await startService(silence);
        await stopListening();
        return url;
      },
    ],
  ])('says why there is no answer: %s', async (why, start) => {
    expect(await ask(await start(), { timeoutMs: 150 })).toMatchObject({ status: undefined, silence: why });
  });

  it('takes localhost for this machine, on both its addresses', async () => {
    const { url } = await startService(answer(200));
    expect(await ask(new URL(`http://localhost:${url.port}/`))).toMatchObject({ status: 200 });
    const server = createServer((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await ask(new URL(`http://localhost:${port}/`))).toMatchObject({ status: 200 });
    expect(await ask(new URL('http://localhost:1/'))).toMatchObject({ silence: 'connection_refused' });
  });

  it('ends at once when the caller leaves', async () => {
    const { url } = await startService(silence);
    const controller = new AbortController();
    const asked = ask(url, { signal: controller.signal, timeoutMs: 60_000 }).catch((thrown: unknown) => thrown);
    await pause(50);
    const leftAt = performance.now();
    controller.abort();
    expect(await asked).toBeInstanceOf(AppError);
    expect(performance.now() - leftAt).toBeLessThan(AT_ONCE_MS);
  });
});
