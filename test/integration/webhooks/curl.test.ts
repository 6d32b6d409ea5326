import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { curlCommand } from '../../../src/webhooks/curl.ts';
import type { WebhookHeaders } from '../../../src/webhooks/delivery.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { verifySignature } from '../../../src/webhooks/verify.ts';
import { NOW_MS, stripe } from '../../unit/webhooks/deliveries.ts';

const run = promisify(execFile);
const hasCurl = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/curl`));

/** A receiver on a real socket that keeps the bytes it gets. */
async function receive(): Promise<{ url: string; got: { headers: WebhookHeaders; body: Buffer; path: string }[] }> {
  const got: { headers: WebhookHeaders; body: Buffer; path: string }[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    got.push({ headers: req.headers, body: Buffer.concat(chunks), path: req.url ?? '' });
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?a=1&b='x'`, got };
}

describe.skipIf(!hasCurl)('the curl line, run by a shell', () => {
  it.each([
    ['JSON', stripe.body],
    ['nothing', Buffer.alloc(0)],
    ['quotes', Buffer.from(`{"a":"it's","b":"say \\"hi\\""}'`)],
    ['what a shell would expand', Buffer.from('$HOME `id` $(id) \\ ! * ~ $$')],
    ['what curl would read as a file', Buffer.from('@/etc/hostname')],
    ['line ends', Buffer.from('[{"a":1},\r\n{"b":2}]\r\n')],
    ['a line end at the end', Buffer.from('{}\n')],
    ['bytes', Buffer.from([0, 1, 2, 0x80, 0xff, 0xfe])],
    ['other alphabets', Buffer.from('{"name":"Zoë 💳"}')],
  ])('delivers %s byte for byte, with a good signature', async (_name, body) => {
    const { url, got } = await receive();
    const { scheme, secret } = stripe;
    const signed = signWebhook(scheme, { body, secret, timestampMs: NOW_MS });
    const headers = { 'content-type': 'application/json', ...signed.headers };
    await run('sh', ['-c', curlCommand({ url, headers, body, hidden: [] })]);
    const [delivery] = got;
    expect(delivery?.body).toEqual(body);
    expect(delivery?.path).toBe("/hooks?a=1&b='x'");
    if (delivery === undefined) return;
    const options = { secrets: [{ name: 'A', value: secret }], nowMs: NOW_MS };
    expect(verifySignature(scheme, delivery, options).reason).toBe('ok');
  });

  it('puts a hidden value in when it runs, whatever characters it has', async () => {
    const { url, got } = await receive();
    const secret = `user:it's "$HOME" \\ and more`;
    const hidden = [
      {
        value: Buffer.from(secret).toString('base64'),
        expansion: `$(printf %s "$CREDENTIALS" | base64 | tr -d '\\n')`,
      },
      { value: secret, expansion: '$CREDENTIALS' },
    ];
    const headers = { authorization: `Basic ${Buffer.from(secret).toString('base64')}`, 'x-token': `a ${secret} b` };
    const command = curlCommand({ url, headers, body: Buffer.from('{}'), hidden });
    expect(command).not.toContain(secret);
    await run('sh', ['-c', command], { env: { ...process.env, CREDENTIALS: secret } });
    expect(got[0]?.headers).toMatchObject(headers);
  });

  it.each([
    'a\r\nb',
    'a\u0000b',
    'a\u001b[31mb',
    'a\u0085b',
  ])('keeps control characters out of the line: %j', (text) => {
    const body = Buffer.from(text);
    const command = curlCommand({ url: 'http://127.0.0.1/', headers: {}, body, hidden: [] });
    expect(command).toMatch(/^printf %s '[A-Za-z0-9+/=]+' \| base64 -d \| curl .* --data-binary @-$/);
  });

  it('reads a long body from a file', () => {
    const command = curlCommand({ url: 'http://127.0.0.1/', headers: {}, body: Buffer.alloc(10_001, 'a'), hidden: [] });
    expect(command).toContain('--data-binary @webhook-body');
    expect(command.length).toBeLessThan(200);
  });
});
