import { afterEach, describe, expect, it } from 'vitest';
import { SendGridClient } from '../src/clients/sendgrid.client.js';
import { createLogger } from '../src/utils/logger.util.js';
import type { TestServer } from './mocks/test-server.js';
import { listen } from './mocks/test-server.js';

const EMAIL = {
  to: ['recipient@example.com'],
  from: 'shop@example.com',
  subject: 'Receipt',
  text: 'Thank you',
  html: '<p>',
};
let server: TestServer | undefined;
afterEach(() => server?.close());

async function connect(statuses: number[], body = '') {
  const bodies: string[] = [];
  server = await listen((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      res
        .writeHead(statuses.shift() ?? 202, { 'x-message-id': 'message-1', 'content-type': 'application/json' })
        .end(body);
    });
  });
  const client = new SendGridClient({
    baseUrl: server.url,
    apiKey: 'x',
    logger: createLogger(() => {}),
    retryBaseMs: 1,
  });
  return { client, bodies };
}

describe('SendGridClient', () => {
  it('sends and tells the message id', async () => {
    const { client, bodies } = await connect([]);
    expect(await client.send(EMAIL, 'receipt-1')).toBe('message-1');
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
      personalizations: [{ to: [{ email: 'recipient@example.com' }], custom_args: { reference: 'receipt-1' } }],
      content: [{ type: 'text/plain' }, { type: 'text/html' }],
    });
  });

  it('repeats after 429', async () => {
    const { client, bodies } = await connect([429]);
    await client.send(EMAIL, 'receipt-1');
    expect(bodies.length).toBe(2);
  });

  it('does not repeat after 500: the email may be on its way', async () => {
    const { client, bodies } = await connect([500]);
    await expect(client.send(EMAIL, 'receipt-1')).rejects.toMatchObject({ outcome: 'unknown' });
    expect(bodies.length).toBe(1);
  });

  it('tells the refused field and not the prose beside it', async () => {
    const refusal = { errors: [{ message: 'recipient@example.com is bad', field: 'from.email', help: null }] };
    const { client } = await connect([400], JSON.stringify(refusal));
    const error: unknown = await client.send(EMAIL, 'receipt-1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'PermanentError', providerCode: 'from.email' });
    expect(String(error)).not.toContain('recipient');
  });
});
