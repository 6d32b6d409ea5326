import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import { signWebhook } from '../../../src/tools/sign-webhook.ts';
import { verifyWebhook } from '../../../src/tools/verify-webhook.ts';
import {
  discord,
  discordSeed,
  NOW_S,
  paypal,
  paypalKeys,
  sendgrid,
  sendgridPrivateKey,
  standardWebhooks,
} from './deliveries.ts';
import type { WebhookDeps } from './webhook-tools.ts';
import { callWebhookTool } from './webhook-tools.ts';

const pem = (key: { export(options: { format: 'pem'; type: 'pkcs8' }): string | Buffer }) =>
  String(key.export({ format: 'pem', type: 'pkcs8' }));

/** Private keys for the schemes with public ones; one secret for every other. */
const environment: Record<string, string> = {
  SENDGRID_WEBHOOK_PUBLIC_KEY: sendgrid.secret,
  SENDGRID_PRIVATE_KEY: pem(sendgridPrivateKey),
  DISCORD_PUBLIC_KEY: discord.secret,
  DISCORD_PRIVATE_KEY: discordSeed.toString('hex'),
  PAYPAL_WEBHOOK_ID: paypal.secret,
  PAYPAL_PRIVATE_KEY: `${paypal.secret}\n${pem(paypalKeys.privateKey)}`,
  POSTMARK_WEBHOOK_CREDENTIALS: "hook:it's $ecret",
};
for (const { service, webhook } of catalogue.values()) {
  if (webhook?.scheme === undefined) continue;
  const encodesKey =
    'secretPrefix' in webhook.scheme.signatures[0] && webhook.scheme.signatures[0].algorithm === 'ed25519';
  environment[webhook.defaultSecretEnv] ??= encodesKey ? standardWebhooks.secret : `secret-of-${service}-0123`;
}
const SIGNING: Record<string, string> = {
  sendgrid: 'SENDGRID_PRIVATE_KEY',
  discord: 'DISCORD_PRIVATE_KEY',
  paypal: 'PAYPAL_PRIVATE_KEY',
};

const URL_TEXT = 'https://example.com/hooks?a=1';

function signingEnv(provider: string): string {
  return SIGNING[provider] ?? catalogue.get(provider)?.webhook?.defaultSecretEnv ?? '';
}

function sign(provider: string, args: object, env = environment) {
  return callWebhookTool(signWebhook, { provider, secret_env: signingEnv(provider), ...args }, env);
}

function verify(args: object, deps: Partial<WebhookDeps> = {}) {
  return callWebhookTool(verifyWebhook, args, environment, deps);
}

const examples = [...catalogue.values()].flatMap(({ service, webhook }) =>
  Object.keys(webhook?.events?.types ?? {}).map((type) => ({ provider: service, type })),
);

describe('sign_webhook', () => {
  it.each(examples)('$provider $type is accepted by verify_webhook', async ({ provider, type }) => {
    const signed = await sign(provider, { event_type: type, url: URL_TEXT });
    const { headers, url, body, body_base64 } = signed as { headers: Record<string, string>; [key: string]: unknown };
    // The only provider that sends the secret itself; the answer names it instead.
    if (provider === 'postmark') {
      const credentials = Buffer.from(environment['POSTMARK_WEBHOOK_CREDENTIALS'] ?? '').toString('base64');
      headers['authorization'] = `Basic ${credentials}`;
    }
    const certificates = { get: async () => paypal.certificate ?? { problem: '' } };
    const verdict = await verify({ provider, headers, url, body, body_base64 }, { certificates });
    expect(verdict).toMatchObject({ valid: true, reason: 'ok' });
    expect(verdict['event_id']).toBe(signed['event_id']);
    expect(signed['about']).toBe(catalogue.get(provider)?.webhook?.events?.types[type]?.about);
  });

  it('answers with headers, the exact body and a curl line', async () => {
    const body = '{"type":"message"}';
    expect(await sign('slack', { body, timestamp: NOW_S })).toEqual({
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(NOW_S),
        'x-slack-signature': expect.stringMatching(/^v0=[0-9a-f]{64}$/),
      },
      body,
      url: 'http://127.0.0.1:3000/webhooks/slack',
      curl: expect.stringMatching(
        /^curl -sS -i -X POST 'http:\/\/127\.0\.0\.1:3000\/webhooks\/slack' -H 'content-type: /,
      ),
    });
  });

  it('gives bytes that are no text as base64, byte for byte', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x7d]).toString('base64');
    expect(await sign('github', { body_base64: bytes })).toMatchObject({ body_base64: bytes });
  });

  it('sends the type where it is a header, and an id of its own', async () => {
    const { headers, event_id } = await sign('github', { body: '{}', event_type: 'push' });
    expect(headers).toMatchObject({ 'x-github-event': 'push', 'x-github-delivery': event_id });
    expect(event_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('signs at another time', async () => {
    const signed = await sign('stripe', { event_type: 'invoice.paid', timestamp: 1_700_000_000 });
    expect(signed['headers']).toMatchObject({ 'stripe-signature': expect.stringMatching(/^t=1700000000,v1=/) });
    expect(JSON.parse(String(signed['body']))).toMatchObject({ created: 1_700_000_000 });
  });

  it('merges overrides into the example', async () => {
    const overrides = { data: { object: { amount: 4200 } } };
    const { body } = await sign('stripe', { event_type: 'payment_intent.succeeded', overrides });
    expect(JSON.parse(String(body)).data.object).toMatchObject({ amount: 4200, currency: 'usd' });
  });

  it('puts the digest of JSON into the URL for Twilio', async () => {
    const { url } = await sign('twilio', { event_type: 'event-streams', url: URL_TEXT });
    expect(url).toMatch(/^https:\/\/example\.com\/hooks\?a=1&bodySHA256=[0-9a-f]{64}$/);
  });

  it('names the variable where the delivery carries the secret', async () => {
    const { headers, curl } = await sign('postmark', { event_type: 'Bounce' });
    const shell = `$(printf %s "$POSTMARK_WEBHOOK_CREDENTIALS" | base64 | tr -d '\\n')`;
    expect(headers).toMatchObject({ authorization: `Basic [${shell}]` });
    expect(curl).toContain(`-H 'authorization: Basic '"${shell}"''`);
  });

  it.each([
    ['an unknown provider', 'acme', {}, 'invalid_input', /stripe, sendgrid/],
    [
      'an unknown event',
      'stripe',
      { event_type: 'nope' },
      'invalid_input',
      /payment_intent\.succeeded, payment_intent\.payment_failed/,
    ],
    [
      'a name from the prototype',
      'stripe',
      { event_type: 'constructor' },
      'invalid_input',
      /payment_intent\.succeeded/,
    ],
    ['neither body nor event', 'svix', {}, 'invalid_input', /Give a body/],
    ['overrides of a body', 'stripe', { body: '{}', overrides: {} }, 'invalid_input', /without a body/],
    ['two bodies', 'stripe', { body: '{}', body_base64: 'e30=' }, 'invalid_input', /body_base64/],
    ['a variable that is not set', 'stripe', { body: '{}', secret_env: 'NOT_SET' }, 'not_configured', /restart/],
    ['a value for a name', 'stripe', { body: '{}', secret_env: 'two words' }, 'invalid_input', /name of its variable/],
    ['a public key', 'sendgrid', { body: '[]', secret_env: 'SENDGRID_WEBHOOK_PUBLIC_KEY' }, 'invalid_input', /openssl/],
    [
      'a secret that is no key',
      'clerk',
      { body: '{}', secret_env: 'STRIPE_WEBHOOK_SECRET' },
      'invalid_input',
      /private key/,
    ],
    ['no URL where it is signed', 'square', { body: '{}' }, 'invalid_input', /configured at the provider/],
    ['a URL of another kind', 'square', { body: '{}', url: 'ftp://example.com' }, 'invalid_input', /http:/],
    ['a time that is none', 'stripe', { body: '{}', timestamp: -1 }, 'invalid_input', /Correct/],
    ['a time in milliseconds', 'stripe', { body: '{}', timestamp: 1_790_000_000_000 }, 'invalid_input', /Correct/],
    ['a body that is too large', 'stripe', { body: 'x'.repeat(24_001) }, 'invalid_input', /smaller/],
    [
      'a secret in the body',
      'stripe',
      { body: '{"key":"sk_test_51BreakwaterExampleKey"}' },
      'invalid_input',
      /variable/,
    ],
  ])('refuses %s', async (_name, provider, args, code, hint) => {
    expect(await sign(provider, args)).toMatchObject({ code, hint: expect.stringMatching(hint) });
  });
});
