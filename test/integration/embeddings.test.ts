import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { createApp } from '../../src/app.ts';
import { silentLog } from '../../src/core/log.ts';
import { Redactor } from '../../src/core/redact.ts';
import { createSecrets, parseSettings } from '../../src/settings.ts';
import { databasePath } from '../support/database.ts';

const HERE = { workspace: 'shop', agent: 'test', sessionId: undefined };
const PLAIN = { contextType: 'information', tags: [], importance: 5, isGlobal: false } as const;

/** A tiny model that knows three things, whatever words name them. */
const CONCEPTS = [/car|automobile|vehicle/i, /doctor|physician/i, /money|salary|wage/i];
const embed = (text: string) => [...CONCEPTS.map((concept) => (concept.test(text) ? 1 : 0)), 0.05];

interface Request {
  model: string;
  input: string[];
  authorization: string | undefined;
}

async function startEndpoint() {
  const requests: Request[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { model: string; input: string[] };
    requests.push({ ...body, authorization: request.headers.authorization });
    const data = body.input.map((text, index) => ({ index, embedding: embed(text) })).reverse();
    response.writeHead(request.url === '/v1/embeddings' ? status : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (next: number) => {
      status = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('search by meaning', () => {
  let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
  let app: App;
  beforeEach(async () => {
    endpoint = await startEndpoint();
    const env = { BREAKWATER_DB: databasePath(), EMBEDDINGS_API_KEY: 'local-endpoint-key-1' };
    app = createApp(parseSettings(env, '/'), createSecrets(env, new Redactor()), silentLog);
  });
  afterEach(async () => {
    await app.close();
    endpoint.close();
  });
  const configure = (model: string) =>
    app.deps.integrations.configure('shop', 'embeddings', undefined, {
      baseUrl: endpoint.url,
      settings: { model },
      resilience: { retry: { max_attempts: 1 } },
    });
  const store = async (content: string) => (await app.deps.memory.store({ ...PLAIN, content }, HERE)).memory;
  const search = async (text: string, more = {}) => {
    const { hits } = await app.deps.memory.search({ text, workspace: 'shop', limit: 10, ...more });
    return hits.map(({ memory }) => memory.content);
  };
  const eventually = async (text: string, expected: string[]) => {
    await expect.poll(() => search(text)).toEqual(expected);
  };

  it('needs no embeddings, and asks nobody then', async () => {
    await store('The automobile is red');
    expect(await search('vehicle')).toEqual([]);
    expect(endpoint.requests).toEqual([]);
  });

  it('finds other words for the same, from earlier memories too, and puts both kinds of hits together', async () => {
    await store('The automobile is red');
    await store('The physician is away');
    await configure('toy');
    await eventually('vehicle', ['The automobile is red']);
    await store('A vehicle tax is due');
    await eventually('vehicle', ['A vehicle tax is due', 'The automobile is red']);
    expect(await search('vehicle', { category: 'none' })).toEqual([]);
    expect(endpoint.requests.every(({ authorization }) => authorization === 'Bearer local-endpoint-key-1')).toBe(true);
  });

  it('pages through both kinds of hits without losing or repeating one', async () => {
    await configure('toy');
    for (let index = 0; index < 15; index += 1) await store(index % 2 ? `automobile a${index}b` : `vehicle v${index}w`);
    await store('the money is gone');
    const all = [];
    await expect.poll(() => search('vehicle', { limit: 100 })).toHaveLength(15);
    let cursor: string | undefined;
    do {
      const page = await app.deps.memory.search({ text: 'vehicle', workspace: 'shop', limit: 4, cursor });
      all.push(...page.hits.map(({ memory }) => memory.content));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(all).toHaveLength(15);
    expect(new Set(all).size).toBe(15);
  });

  it('embeds anew when the text or the model changes', async () => {
    await configure('toy');
    const memory = await store('The automobile is red');
    await eventually('vehicle', ['The automobile is red']);
    await app.deps.memory.update(memory.id, { content: 'The doctor is in' }, HERE);
    await eventually('physician', ['The doctor is in']);
    expect(await search('vehicle')).toEqual([]);
    await configure('toy-2');
    const isNew = async () => {
      await search('physician');
      return endpoint.requests.some(({ model, input }) => model === 'toy-2' && input[0]?.includes('doctor'));
    };
    await expect.poll(isNew).toBe(true);
    await eventually('physician', ['The doctor is in']);
  });

  it('goes on by words while the endpoint is down, without asking it again and again', async () => {
    await configure('toy');
    await store('The automobile is red');
    await eventually('vehicle', ['The automobile is red']);
    endpoint.answer(500);
    for (let index = 0; index < 15; index += 1) {
      expect(await search('automobile')).toEqual(['The automobile is red']);
      expect(await search('wage')).toEqual([]);
    }
    // The breaker opened after a few failures.
    const before = endpoint.requests.length;
    await search('vehicle');
    expect(endpoint.requests.length).toBe(before);
    expect(await store('The salary is paid')).toMatchObject({ content: 'The salary is paid' });
  });

  it('sends no secret', async () => {
    await configure('toy');
    const key = ['sk', 'live', '51H8abcdefghijklmnopqrst'].join('_');
    await store(`the car key is ${key}`);
    await eventually(`vehicle ${key}`, [`the car key is [redacted stripe_key sk_live_…qrst]`]);
    expect(JSON.stringify(endpoint.requests)).not.toContain('51H8');
  });
});
