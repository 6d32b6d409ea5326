import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';
import { openDashboard } from '../../../src/dashboard/dashboard.ts';
import { createSecrets, parseSettings } from '../../../src/settings.ts';
import { databasePath } from '../../support/database.ts';

const SECRET = 'sk_test_51BreakwaterTestKey0000000000000000000001';

interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

/** As sent, header by header: fetch would choose Host and Origin itself. */
function send(port: number, method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = request({ host: '127.0.0.1', port, method, path, headers: { ...length, ...headers } }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
    });
    sent.on('error', reject).end(body);
  });
}

async function start() {
  const path = databasePath();
  for (const name of ['index.html', 'page.js', 'page.css', 'icon.svg']) writeFileSync(join(dirname(path), name), name);
  const redactor = new Redactor();
  const settings = parseSettings({ BREAKWATER_DB: path, BREAKWATER_WORKSPACE: 'shop' }, dirname(path));
  const app = createApp(settings, createSecrets({ STRIPE_SECRET_KEY: SECRET }, redactor), silentLog);
  const caller = { workspace: 'shop', agent: 'dashboard', sessionId: undefined };
  const { deps } = app;
  const parts = { deps, caller, redactor, log: silentLog, pageFolder: dirname(path), port: 0 };
  const dashboard = await openDashboard(parts);
  onTestFinished(async () => {
    await dashboard.close();
    await app.close();
  });
  const { port: text, hash, origin } = new URL(dashboard.url);
  const port = Number(text);
  const own = { Host: `127.0.0.1:${port}`, Origin: origin, 'Content-Type': 'application/json' };
  const exchange = (token: string, headers: Record<string, string> = own) =>
    send(port, 'POST', '/api/session', headers, JSON.stringify({ token }));
  return { app, deps, caller, dashboard, port, own, token: hash.slice(1), exchange };
}

async function startSignedIn() {
  const started = await start();
  const { headers, text } = await started.exchange(started.token);
  const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? '';
  const { key } = JSON.parse(text) as { key: string };
  const signedIn = { ...started.own, Cookie: cookie, 'X-Breakwater-Key': key };
  const get = async (path: string) => JSON.parse((await send(started.port, 'GET', `/api/${path}`, signedIn)).text);
  const call = (tool: string, args: unknown) =>
    send(started.port, 'POST', `/api/tools/${tool}`, signedIn, JSON.stringify(args));
  return { ...started, signedIn, get, call };
}

const without = (headers: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

describe('access', () => {
  it('exchanges the token once, for a cookie that scripts cannot see and a key', async () => {
    const { exchange, token } = await start();
    const first = await exchange(token);
    expect(first.status).toBe(200);
    expect(String(first.headers['set-cookie'])).toMatch(
      /^breakwater_\d+=[\w-]{43}; Path=\/api; HttpOnly; SameSite=Strict$/,
    );
    expect((await exchange(token)).status).toBe(401);
  });

  it('refuses a wrong token, and the right one still works after it', async () => {
    const { exchange, token } = await start();
    expect((await exchange('x'.repeat(43))).status).toBe(401);
    expect((await exchange('')).status).toBe(401);
    expect((await exchange(token)).status).toBe(200);
  });

  it.each([
    ['what is no JSON', '{', {}, 400],
    ['too much', JSON.stringify({ token: 'x'.repeat(5_000) }), {}, 413],
    ['an unknown encoding', '{}', { 'Content-Encoding': 'foo' }, 415],
    ['an unknown character set', '{}', { 'Content-Type': 'application/json; charset=foo' }, 415],
  ])('answers %s from anybody in the shape of a failure, without a trace of the code', async (...parts) => {
    const [, body, headers, status] = parts;
    const { port, own } = await start();
    const answer = await send(port, 'POST', '/api/session', { ...own, ...headers }, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ code: 'invalid_input', message: 'This cannot be read.' });
  });

  it('gives nothing away without cookie and key, before and after the exchange', async () => {
    const { port, own, signedIn } = await startSignedIn();
    const statuses = async (headers: Record<string, string>) =>
      Promise.all(
        ['workspace', 'payments', 'events/x', 'changes', 'nothing'].map(
          async (path) => (await send(port, 'GET', `/api/${path}`, headers)).status,
        ),
      );
    expect(await statuses(own)).toEqual([401, 401, 401, 401, 401]);
    expect(await statuses(without(signedIn, 'Cookie'))).toEqual([401, 401, 401, 401, 401]);
    const wrongKey = { ...signedIn, 'X-Breakwater-Key': 'x'.repeat(43) };
    expect((await send(port, 'GET', '/api/payments', wrongKey)).status).toBe(401);
    expect((await send(port, 'GET', '/api/payments', without(signedIn, 'X-Breakwater-Key'))).status).toBe(401);
    expect((await send(port, 'GET', '/api/payments', signedIn)).status).toBe(200);
    const fresh = await start();
    expect((await send(fresh.port, 'GET', '/api/payments', { ...fresh.own, Cookie: 'breakwater_0=' })).status).toBe(
      401,
    );
  });
});

describe('whoever is not our page', () => {
  it.each([
    [{ Host: 'evil.example' }, 421],
    [{ Host: '127.0.0.1' }, 421],
    [{ Host: '127.0.0.1:1' }, 421],
    [{ Origin: 'http://evil.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{ Origin: 'http://127.0.0.1:1' }, 403],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
  ])('is refused with everything else right: %j', async (changed: Record<string, string>, status) => {
    const { port, signedIn } = await startSignedIn();
    const headers = { ...signedIn, ...changed };
    expect((await send(port, 'GET', '/api/payments', headers)).status).toBe(status);
    expect((await send(port, 'POST', '/api/tools/search_memories', headers, '{"query":""}')).status).toBe(status);
  });

  it('cannot change anything without an origin, with another method or another type of content', async () => {
    const { port, signedIn } = await startSignedIn();
    const post = (headers: Record<string, string>, method = 'POST') =>
      send(port, method, '/api/tools/list_webhook_events', headers, '{}');
    expect((await post(without(signedIn, 'Origin'))).status).toBe(403);
    expect((await post(signedIn, 'PUT')).status).toBe(403);
    expect((await post(signedIn, 'OPTIONS')).status).toBe(403);
    expect((await post({ ...signedIn, 'Content-Type': 'text/plain' })).status).toBe(422);
    expect((await post(signedIn)).status).toBe(200);
  });

  it('gets the page, which holds no data, with a strict policy', async () => {
    const { port } = await start();
    const page = await send(port, 'GET', '/', { Host: `localhost:${port}`, 'Sec-Fetch-Site': 'cross-site' });
    expect([page.status, page.text]).toEqual([200, 'index.html']);
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';base-uri 'none';" +
        "form-action 'none';frame-ancestors 'none';require-trusted-types-for 'script';trusted-types 'none'",
    );
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect((await send(port, 'GET', '/../package.json', { Host: `localhost:${port}` })).status).toBe(404);
  });
});

describe('what the page asks', () => {
  it('has the answers of the tools, hostile text as JSON text', async () => {
    const { deps, caller, call } = await startSignedIn();
    const hostile = '</script><img src=x onerror=alert(1)>';
    const { memory } = await deps.memory.store(
      { content: hostile, contextType: 'decision', tags: ['a'], importance: 5, isGlobal: false },
      caller,
    );
    const found = await call('search_memories', { query: '', output_mode: 'full' });
    expect(found.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(found.text)).toMatchObject({ results: [{ memory_id: memory.id, content: hostile }] });
    expect((await call('update_memory', { memory_id: memory.id, summary: 'new' })).status).toBe(200);
    expect(await deps.memory.get(memory.id)).toMatchObject({ summary: 'new', content: hostile });
    expect((await call('delete_memory', { memory_id: memory.id })).status).toBe(200);
    expect(await deps.memory.get(memory.id)).toBeUndefined();
  });

  it('is refused with code and hint as agents see it; other tools are not there', async () => {
    const { call } = await startSignedIn();
    const refused = await call('get_memory', { memory_id: 'nothing' });
    expect(refused.status).toBe(422);
    expect(JSON.parse(refused.text)).toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('search_memories'),
    });
    const elsewhere = await call('replay_webhook', {
      to: 'http://example.com/hook',
      examples: ['x'],
      provider: 'stripe',
    });
    expect(elsewhere.status).toBe(422);
    for (const tool of ['configure_integration', 'call_api', 'create_payment_intent', '__proto__', 'nothing']) {
      expect((await call(tool, {})).text).toContain('no such tool');
    }
    expect((await call('search_memories', { query: 'x'.repeat(600_000) })).status).toBe(413);
  });

  it('never has a secret in it', async () => {
    const { deps, get } = await startSignedIn();
    await deps.integrations.configure('shop', 'stripe', undefined, {});
    expect(deps.secrets.get('STRIPE_SECRET_KEY')).toBe(SECRET);
    await deps.breakers.control('api.stripe.com/read', {
      action: 'open',
      reason: `broken with ${SECRET}`,
      owner: 'ada',
      forMs: undefined,
    });
    const { integrations } = await get('integrations');
    expect(integrations).toMatchObject([{ name: 'stripe', health: 'failing', mode: 'test' }]);
    const breakers = JSON.stringify(await get('breakers'));
    expect(breakers).toContain('broken with');
    expect(breakers + JSON.stringify(integrations)).not.toContain(SECRET);
  });

  it('is there for what does not exist', async () => {
    const { get } = await startSignedIn();
    expect(await get('payments')).toEqual({ payments: [] });
    expect(await get('subscriptions')).toEqual({ subscriptions: [] });
    expect(await get('payments/pi_x')).toMatchObject({ ledger: { requests: [], events: [] } });
    expect(await get('events/nothing')).toMatchObject({ code: 'not_found' });
    expect(await get('nothing')).toMatchObject({ code: 'not_found' });
  });
});

describe('the stream of changes', () => {
  it('names what changed, whoever changed it, and ends with the dashboard', async () => {
    const { deps, caller, dashboard, port, signedIn } = await startSignedIn();
    const headers = without(signedIn, 'X-Breakwater-Key');
    let text = '';
    const ended = new Promise<void>((resolve, reject) => {
      const path = '/api/changes?watch=memories&watch=breakers&watch=nothing';
      request({ host: '127.0.0.1', port, path, headers }, (res) => {
        expect(res.headers['content-type']).toContain('text/event-stream');
        res.on('data', (part: Buffer) => {
          text += part.toString();
        });
        res.on('error', () => resolve()).on('close', () => resolve());
      })
        .on('error', reject)
        .end();
    });
    await expect.poll(() => text).toContain('event: ready');
    await deps.memory.store(
      { content: 'new', contextType: 'decision', tags: [], importance: 5, isGlobal: false },
      caller,
    );
    await expect.poll(() => text).toContain('event: changed\ndata: memories\n');
    expect(text).not.toContain('breakers');
    await dashboard.close();
    await ended;
  });

  it('ends the oldest where a fifth is opened: a browser has six connections for all tabs', async () => {
    const { port, signedIn } = await startSignedIn();
    const headers = without(signedIn, 'X-Breakwater-Key');
    const open = async () => {
      const stream = { text: '', isEnded: false };
      request({ host: '127.0.0.1', port, path: '/api/changes?watch=memories', headers }, (res) => {
        res.setEncoding('utf8').on('data', (part: string) => {
          stream.text += part;
        });
        res
          .on('error', () => {})
          .on('end', () => {
            stream.isEnded = true;
          });
      })
        .on('error', () => {})
        .end();
      await expect.poll(() => stream.text).toContain('event: ready');
      return stream;
    };
    const streams = [await open(), await open(), await open(), await open(), await open(), await open()];
    await expect.poll(() => streams.map(({ isEnded }) => isEnded)).toEqual([true, true, false, false, false, false]);
    expect(streams.map(({ text }) => text.includes('event: replaced'))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
