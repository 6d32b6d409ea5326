import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpClient } from '../src/clients/http.client.js';
import { createLogger } from '../src/utils/logger.util.js';
import type { TestServer } from './mocks/test-server.js';
import { listen } from './mocks/test-server.js';

let server: TestServer | undefined;
afterEach(() => server?.close());

const KEY = 'key-that-must-not-be-logged';

async function connect(handler: RequestListener, timeoutMs = 1_000) {
  let requests = 0;
  server = await listen((req, res) => {
    requests += 1;
    handler(req, res);
  });
  const lines: string[] = [];
  const client = new HttpClient({
    baseUrl: server.url,
    headers: { authorization: `Bearer ${KEY}` },
    logger: createLogger((line) => void lines.push(line)),
    timeoutMs,
    retryBaseMs: 1,
  });
  return { client, requests: () => requests, logged: () => lines.join('') };
}

/** Answers with these statuses in turn, then with 200. */
function answering(...statuses: number[]): RequestListener {
  return (_req, res) => {
    res.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/json' });
    res.end('{"ok":true}');
  };
}

const GET = { method: 'GET', path: '/thing', isRepeatable: true } as const;
const POST = { method: 'POST', path: '/thing', body: '{}', isRepeatable: false } as const;

describe('HttpClient', () => {
  it('repeats a read after 503 and 429', async () => {
    const { client, requests } = await connect(answering(503, 429));
    expect((await client.request(GET)).body).toEqual({ ok: true });
    expect(requests()).toBe(3);
  });

  it('does not repeat a refused request, and says that nothing was executed', async () => {
    const { client, requests } = await connect(answering(400));
    await expect(client.request(GET)).rejects.toMatchObject({ name: 'PermanentError', outcome: 'not_executed' });
    expect(requests()).toBe(1);
  });

  it('does not repeat a write that may have been executed', async () => {
    const { client, requests } = await connect(answering(500));
    await expect(client.request(POST)).rejects.toMatchObject({ name: 'TransientError', outcome: 'unknown' });
    expect(requests()).toBe(1);
  });

  it('repeats a write that was turned away', async () => {
    const { client, requests } = await connect(answering(429));
    await client.request(POST);
    expect(requests()).toBe(2);
  });

  it('ends an attempt in time', async () => {
    const { client } = await connect(() => {}, 50);
    await expect(client.request(POST)).rejects.toMatchObject({ name: 'TransientError', outcome: 'unknown' });
  });

  it('opens its circuit and then sends nothing', async () => {
    const { client, requests } = await connect(answering(...Array<number>(20).fill(500)));
    for (let i = 0; i < 5; i += 1) await expect(client.request(POST)).rejects.toMatchObject({ status: 500 });
    await expect(client.request(POST)).rejects.toMatchObject({ name: 'CircuitOpenError', outcome: 'not_executed' });
    expect(requests()).toBe(5);
    expect(client.circuit).toBe('open');
  });

  it('does not take a rate limit for an outage', async () => {
    const { client } = await connect(answering(...Array<number>(20).fill(429)));
    for (let i = 0; i < 6; i += 1) await expect(client.request(POST)).rejects.toMatchObject({ status: 429 });
    expect(client.circuit).toBe('closed');
  });

  it('follows no redirect with its key', async () => {
    const { client, requests } = await connect((_req, res) => res.writeHead(302, { location: '/elsewhere' }).end());
    await expect(client.request(GET)).rejects.toMatchObject({ name: 'PermanentError', status: 302 });
    expect(requests()).toBe(1);
  });

  it('never logs the key', async () => {
    const { client, logged } = await connect(answering(400));
    await expect(client.request(GET)).rejects.toMatchObject({ status: 400 });
    expect(logged()).toContain('/thing');
    expect(logged()).not.toContain(KEY);
  });
});
