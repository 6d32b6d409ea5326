import { afterEach, describe, expect, it } from 'vitest';
import { AcmeClient } from '../src/clients/acme.client.js';
import { createLogger } from '../src/utils/logger.util.js';
import type { TestServer } from './mocks/test-server.js';
import { listen } from './mocks/test-server.js';

let server: TestServer | undefined;
afterEach(() => server?.close());

async function connect(statuses: number[]) {
  const methods: (string | undefined)[] = [];
  server = await listen((req, res) => {
    methods.push(req.method);
    req.resume();
    res.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  const client = new AcmeClient({ baseUrl: server.url, apiKey: 'x', logger: createLogger(() => {}), retryBaseMs: 1 });
  return { client, methods };
}

describe('AcmeClient', () => {
  it('repeats a GET', async () => {
    const { client, methods } = await connect([503]);
    expect(await client.get('/things')).toEqual({ ok: true });
    expect(methods).toEqual(['GET', 'GET']);
  });

  it('does not repeat a POST that may have been executed', async () => {
    const { client, methods } = await connect([503]);
    await expect(client.post('/things', {})).rejects.toMatchObject({ outcome: 'unknown' });
    expect(methods).toEqual(['POST']);
  });
});
