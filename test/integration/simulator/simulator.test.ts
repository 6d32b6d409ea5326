import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { AppError } from '../../../src/core/errors.ts';
import { stripeWebhook } from '../../../src/integrations/stripe/webhook.ts';
import type { SimulatedRequest, SimulatedService } from '../../../src/simulator/service.ts';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { WebhookOutbox } from '../../../src/simulator/webhook-outbox.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import { PATIENTLY, stopLater } from './setup.ts';

interface Echo extends SimulatedService {
  seen: SimulatedRequest[];
  resets: number;
  closed: number;
}

function echoService(answerAfterMs = 0): Echo {
  const echo: Echo = {
    seen: [],
    resets: 0,
    closed: 0,
    eventTypes: ['echoed'],
    trigger: (type) => Promise.resolve({ type, eventId: 'evt_1' }),
    webhooks: new WebhookOutbox(stripeWebhook, systemClock),
    async handle(request) {
      echo.seen.push(request);
      if (answerAfterMs > 0) await new Promise((resolve) => setTimeout(resolve, answerAfterMs));
      return { status: 201, headers: { 'x-echo': 'yes' }, body: request.body.toString('latin1') };
    },
    refuse: (status) => ({ status, headers: {}, body: '{"refused":true}' }),
    reset: () => {
      echo.resets += 1;
    },
    close: () => {
      echo.closed += 1;
    },
  };
  return echo;
}

async function start(service: SimulatedService, options = {}) {
  return stopLater(await startSimulator(service, options));
}

async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof AppError) return thrown;
  throw new Error('No AppError was thrown.');
}

describe('startSimulator', () => {
  it('hands over requests as they came and records them', async () => {
    const service = echoService();
    const simulator = await start(service, { clock: { now: () => 1_700_000_000_000 } });
    expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
    const body = Buffer.from([0, 13, 10, 200, 255]);
    const response = await fetch(`${simulator.url}/a/b?x=1&y=%20`, {
      method: 'POST',
      headers: { 'Idempotency-Key': 'k', 'X-Custom': 'v' },
      body,
    });
    expect([response.status, response.headers.get('x-echo')]).toEqual([201, 'yes']);
    const [request] = service.seen;
    expect(request).toMatchObject({ method: 'POST', headers: { 'idempotency-key': 'k', 'x-custom': 'v' } });
    expect(request?.url.href).toBe(`${simulator.url}/a/b?x=1&y=%20`);
    expect(request?.body).toEqual(body);
    expect(simulator.requests).toEqual([
      { method: 'POST', path: '/a/b', idempotencyKey: 'k', status: 201, fault: undefined, at: 1_700_000_000_000 },
    ]);
  });

  it('keeps connections open', async () => {
    const simulator = await start(echoService());
    const socket = connect(simulator.port, '127.0.0.1');
    const request = 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n';
    for (let n = 0; n < 3; n += 1) {
      socket.write(request);
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1\.1 201 /);
    }
    socket.destroy();
  });

  it('reports a port in use, and one that is none', async () => {
    const { port } = await start(echoService());
    const taken = await errorOf(startSimulator(echoService(), { port }));
    expect(taken).toMatchObject({ code: 'unavailable', message: `Port ${port} is in use.` });
    expect(taken.hint).toContain('another port');
    expect(await errorOf(startSimulator(echoService(), { port: 70_000 }))).toMatchObject({ code: 'invalid_input' });
  });

  it('listens on loopback only', async () => {
    const simulator = await start(echoService());
    const socket = connect(simulator.port, '127.0.0.2');
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('stops promptly with idle, silent and busy connections, frees the port, twice', async () => {
    const service = echoService(60_000);
    const simulator = await startSimulator(service);
    const { port, url } = simulator;
    simulator.script([{ kind: 'delay', ms: 60_000, path_prefix: '/delayed' }]);
    const silent = connect(port, '127.0.0.1');
    await once(silent, 'connect');
    const busy = [fetch(`${url}/slow`), fetch(`${url}/delayed`)].map((answer) => answer.catch(() => 'ended'));
    await expect.poll(() => simulator.requests.length, PATIENTLY).toBe(2);
    const ended = once(silent, 'close');
    const begin = performance.now();
    await Promise.all([simulator.stop(), simulator.stop()]);
    expect(performance.now() - begin).toBeLessThan(AT_ONCE_MS);
    await ended;
    expect(await Promise.all(busy)).toEqual(['ended', 'ended']);
    expect(service.closed).toBe(1);
    await (await startSimulator(echoService(), { port })).stop();
  });

  it('lets a request that is nearly done end', async () => {
    const simulator = await startSimulator(echoService(30));
    const answer = fetch(simulator.url);
    await expect.poll(() => simulator.requests.length, PATIENTLY).toBe(1);
    await simulator.stop();
    expect((await answer).status).toBe(201);
  });

  it('resets the service, the script and the log', async () => {
    const service = echoService();
    const simulator = await start(service);
    await fetch(simulator.url);
    simulator.script([{ kind: 'status', status: 500 }]);
    simulator.reset();
    expect([service.resets, simulator.requests.length]).toEqual([1, 0]);
    expect((await fetch(simulator.url)).status).toBe(201);
  });

  it('bounds the log', async () => {
    const simulator = await start(echoService());
    const socket = connect(simulator.port, '127.0.0.1');
    socket.resume();
    for (let n = 0; n < 1_005; n += 1) socket.write(`GET /${n} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await expect.poll(() => simulator.requests.at(-1)?.path, PATIENTLY).toBe('/1004');
    expect(simulator.requests).toHaveLength(1_000);
    expect(simulator.requests[0]?.path).toBe('/5');
    socket.destroy();
  });

  it('refuses bodies without end', async () => {
    const service = echoService();
    const simulator = await start(service);
    const socket = connect(simulator.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n');
    const chunk = Buffer.alloc(1024 * 1024);
    const feed = setInterval(() => socket.writable && socket.write(chunk), 1);
    // Whether the refusal arrives before the reset is up to the network; that the connection ends is not.
    await new Promise((resolve) => socket.resume().once('close', resolve));
    clearInterval(feed);
    expect(socket.bytesWritten).toBeLessThan(200 * chunk.length);
    expect(service.seen).toEqual([]);
  });

  it.each([
    ['an absolute target of another host', 'GET http://evil.example/x HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a target with two slashes', 'GET //evil.example/x HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 201 /],
    ['no HTTP', 'nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
  ])('survives %s', async (_what, bytes, expected) => {
    const service = echoService();
    const simulator = await start(service);
    const socket = connect(simulator.port, '127.0.0.1');
    socket.write(bytes);
    const [answer] = await once(socket, 'data');
    socket.destroy();
    expect(String(answer)).toMatch(expected);
    expect(service.seen.every(({ url }) => url.origin === simulator.url)).toBe(true);
    expect((await fetch(simulator.url)).status).toBe(201);
  });

  it('closes the connection when the service fails', async () => {
    const simulator = await start({ ...echoService(), handle: () => Promise.reject(new Error('broken')) });
    await expect(fetch(simulator.url)).rejects.toThrow();
    expect(simulator.requests).toMatchObject([{ status: undefined }]);
  });
});
