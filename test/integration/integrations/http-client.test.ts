import { describe, expect, it, onTestFinished } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import { createClient, failureOf, never, post, send } from './http-attempt.ts';
import { serve, serveBytes } from './loopback-server.ts';

describe('answers', () => {
  it('parses JSON and gives headers by lower-case name', async () => {
    const { url } = await serve((_req, res) => void res.writeHead(201, { 'Request-Id': 'req_1' }).end('{"id":"x"}'));
    expect(await send(url)).toMatchObject({ status: 201, headers: { 'request-id': 'req_1' }, body: { id: 'x' } });
  });

  it('is not confused by headers named like methods of axios', async () => {
    const { url } = await serve((_req, res) => void res.writeHead(200, { normalize: '1', set: '2' }).end('{"id":"x"}'));
    expect(await send(url)).toMatchObject({ headers: { normalize: '1', set: '2' }, body: { id: 'x' } });
  });

  it('takes an empty 204', async () => {
    const { url } = await serve((_req, res) => void res.writeHead(204).end());
    expect(await send(url)).toMatchObject({ status: 204, body: undefined });
  });

  it('passes over 100 and 103', async () => {
    const { url } = await serve((_req, res) => {
      res.writeContinue();
      res.writeEarlyHints({ link: '</x>; rel=preload' });
      res.end('{"ok":true}');
    });
    expect(await send(url)).toMatchObject({ status: 200, body: { ok: true } });
  });

  it('keeps text whole that arrives in pieces', async () => {
    const { url } = await serveBytes((socket) => {
      const body = Buffer.from('{"name":"Zoë 💳"}');
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
      socket.once('data', () => {
        for (const byte of Buffer.concat([Buffer.from(head), body])) socket.write(Buffer.of(byte));
      });
    });
    expect((await send(url)).body).toEqual({ name: 'Zoë 💳' });
  });

  it('gives an error response with status, headers and body', async () => {
    const { url } = await serve(
      (_req, res) => void res.writeHead(402, { 'retry-after': '7' }).end('{"error":{"code":"x"}}'),
    );
    const { failure, body } = await failureOf(send(url));
    expect(failure).toMatchObject({ kind: 'response', status: 402, headers: { 'retry-after': '7' } });
    expect(body).toEqual({ error: { code: 'x' } });
  });

  it('gives an error response also when its body is no JSON', async () => {
    const { url } = await serve((_req, res) => void res.writeHead(502).end('<html>Bad gateway</html>'));
    const { failure, body } = await failureOf(send(url));
    expect(failure).toMatchObject({ kind: 'response', status: 502 });
    expect(body).toBeUndefined();
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const target = await serve((_req, res) => void res.end('{}'));
    const { url } = await serve((_req, res) => void res.writeHead(status, { location: target.url.href }).end());
    expect((await failureOf(send(url))).failure).toMatchObject({ kind: 'response', status });
    expect(target.sockets).toHaveLength(0);
  });
});

describe('connections', () => {
  it('are kept and used again, also after an error response', async () => {
    const client = createClient();
    const { url, sockets, requests } = await serve(
      (_req, res) => void res.writeHead(requests.length % 2 ? 200 : 400).end('{}'),
    );
    for (let number = 0; number < 6; number += 1) await client.send(post(url), never()).catch(() => {});
    expect(requests).toHaveLength(6);
    expect(sockets).toHaveLength(1);
  });

  it('end when the client is closed', async () => {
    const client = createClient();
    const { url, sockets } = await serve((_req, res) => void res.end('{}'));
    await client.send(post(url), never());
    client.close();
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  });

  it('use no proxy', async () => {
    const proxy = await serve((_req, res) => void res.end('{"proxy":true}'));
    for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy']) {
      process.env[name] = proxy.url.origin;
      onTestFinished(() => void delete process.env[name]);
    }
    const { url } = await serve((_req, res) => void res.end('{"proxy":false}'));
    expect((await send(url)).body).toEqual({ proxy: false });
    expect(proxy.sockets).toHaveLength(0);
  });
});

describe('what is sent', () => {
  it('is method, path, headers and body as given', async () => {
    const bodies: string[] = [];
    const { url, requests } = await serve(async (req, res) => {
      bodies.push(Buffer.concat(await req.toArray()).toString());
      res.end('{}');
    });
    const headers = {
      authorization: 'Bearer k',
      'idempotency-key': 'bw-1',
      'content-type': 'application/x-www-form-urlencoded',
    };
    await createClient().send(post(url, { headers, body: 'a=%C3%AB' }), never());
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: '/v1/things',
      headers: { ...headers, 'content-length': '8' },
    });
    expect(bodies).toEqual(['a=%C3%AB']);
    expect(requests[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  it('has the length of its body with every method, so that it does not begin the next request', async () => {
    const bodies: string[] = [];
    const { url, sockets } = await serve(async (req, res) => {
      bodies.push(`${req.method} ${Buffer.concat(await req.toArray())}`);
      res.end('{}');
    });
    const client = createClient();
    for (const method of ['DELETE', 'GET', 'PATCH'] as const)
      await client.send({ ...post(url, { body: `{"name":"Zoë ${method}"}` }), method }, never());
    expect(bodies).toEqual(['DELETE', 'GET', 'PATCH'].map((method) => `${method} {"name":"Zoë ${method}"}`));
    expect(sockets).toHaveLength(1);
  });

  it.each([
    'a\r\nx-evil: 1',
    'a\nb',
    'a\0b',
    'Bearer sk_test_1\r\n\r\nGET /evil HTTP/1.1',
  ])('is nothing when a header would begin another: %j', async (value) => {
    const { url, sockets, requests } = await serve((_req, res) => void res.end('{}'));
    const failed = createClient().send(post(url, { headers: { 'x-value': value } }), never());
    await expect(failed).rejects.toMatchObject({ code: 'invalid_input', outcome: 'not_executed' });
    await send(url);
    expect(requests.map(({ headers }) => headers['x-value'])).toEqual([undefined]);
    expect(sockets).toHaveLength(1);
  });

  it('is nothing when the egress guard refuses the address', async () => {
    const { url, sockets } = await serve((_req, res) => void res.end('{}'));
    await expect(createClient({ allowLoopback: false }).send(post(url), never())).rejects.toMatchObject({
      code: 'not_allowed',
      outcome: 'not_executed',
    });
    expect(sockets).toHaveLength(0);
  });

  it('never shows in the log', async () => {
    const lines: string[] = [];
    const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
    const log: Log = { debug: write, info: write, warn: write, error: write };
    const { url } = await serve(
      (req, res) => void res.writeHead(req.headers['x-fail'] ? 500 : 200).end('{"secret":"answer-body"}'),
    );
    const client = createClient({ log });
    const secret = {
      headers: { authorization: 'Bearer the-key' },
      body: 'card=the-body',
      url: new URL('?email=the-query', url),
    };
    await client.send(post(url, secret), never());
    await client.send(post(url, { ...secret, headers: { ...secret.headers, 'x-fail': '1' } }), never()).catch(() => {});
    expect(lines).toHaveLength(4);
    expect(lines.join()).toContain('/v1/things');
    expect(lines.join()).not.toMatch(/the-key|the-body|the-query|answer-body/);
  });
});
