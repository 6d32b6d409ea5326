import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { verifyWebhook } from '../../../src/tools/verify-webhook.ts';
import type { Sample } from './deliveries.ts';
import { NOW_MS, NOW_S, paypal, schemeOf, sendgrid, slack, square, stripe } from './deliveries.ts';
import type { WebhookDeps } from './webhook-tools.ts';
import { callWebhookTool, webhooksOf } from './webhook-tools.ts';

const environment: Record<string, string> = {
  STRIPE_WEBHOOK_SECRET: stripe.secret,
  SENDGRID_WEBHOOK_PUBLIC_KEY: sendgrid.secret,
  SLACK_SIGNING_SECRET: slack.secret,
  SLACK_OLD_SECRET: 'c0ffee00c0ffee00c0ffee00c0ffee00',
  SQUARE_WEBHOOK_SIGNATURE_KEY: square.secret,
  TWILIO_AUTH_TOKEN: '12345',
  PAYPAL_WEBHOOK_ID: paypal.secret,
};

const webhooks = webhooksOf({ slack: { secretNames: ['SLACK_OLD_SECRET', 'SLACK_SIGNING_SECRET'] } });

function call(args: object, deps: Partial<WebhookDeps> = {}) {
  return callWebhookTool(verifyWebhook, args, environment, { webhooks, ...deps });
}

const received = (sample: Sample) => ({
  provider: sample.provider,
  headers: sample.sign(sample.body),
  body: sample.body.toString('utf8'),
});

describe('verify_webhook', () => {
  it('answers with the whole verdict', async () => {
    expect(await call(received(stripe))).toEqual({
      valid: true,
      reason: 'ok',
      message: 'The signature was made with STRIPE_WEBHOOK_SECRET.',
      skew_s: 0,
      matched_secret: 'STRIPE_WEBHOOK_SECRET',
      event_id: 'evt_1Qx',
      event_type: 'payment_intent.succeeded',
      diagnosis: [],
    });
  });

  it('tries every secret of the integration', async () => {
    expect(await call(received(slack))).toMatchObject({ valid: true, matched_secret: 'SLACK_SIGNING_SECRET' });
  });

  it('takes the body as base64', async () => {
    const { body, ...rest } = received(sendgrid);
    const answer = await call({ ...rest, body_base64: Buffer.from(body).toString('base64') });
    expect(answer).toMatchObject({ valid: true, event_id: 'ZGVsaXZlcmVk-0' });
  });

  it('takes the URL where it is signed', async () => {
    expect(await call({ ...received(square), url: square.url })).toMatchObject({ valid: true });
    expect(await call(received(square))).toMatchObject({
      reason: 'missing_url',
      diagnosis: [{ cause: 'url_missing' }],
    });
    const slash = { ...received(square), url: 'https://example.com/webhooks/square/?shop=7' };
    expect(await call(slash)).toMatchObject({ reason: 'signature_mismatch', diagnosis: [{ cause: 'url_changed' }] });
  });

  it('takes the fields of a form', async () => {
    const params = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675309',
      Digits: '1234',
      From: '+14158675309',
      To: '+18005551212',
    };
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    const headers = { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' };
    expect(await call({ provider: 'twilio', headers, params, url })).toMatchObject({ valid: true });
    const list = { ...params, Digits: ['1234', '1234'] };
    expect(await call({ provider: 'twilio', headers, params: list, url })).toMatchObject({ valid: true });
    expect(await call({ provider: 'twilio', headers, params: { ...params, Digits: '1235' }, url })).toMatchObject({
      valid: false,
    });
  });

  it('fetches the certificate that a delivery names, from where it may be', async () => {
    const asked: string[] = [];
    const certificates = {
      get: async (url: URL) => {
        asked.push(url.href);
        return paypal.certificate ?? { problem: '' };
      },
    };
    expect(await call(received(paypal), { certificates })).toMatchObject({
      valid: true,
      matched_secret: 'PAYPAL_WEBHOOK_ID',
    });
    expect(asked).toEqual(['https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594']);
    const elsewhere = { ...received(paypal).headers, 'paypal-cert-url': 'https://evil.example/cert' };
    expect(await call({ ...received(paypal), headers: elsewhere }, { certificates })).toMatchObject({
      reason: 'untrusted_certificate',
    });
    expect(await call(received(stripe), { certificates })).toMatchObject({ valid: true });
    expect(asked).toHaveLength(1);
    expect(await call(received(paypal))).toMatchObject({
      reason: 'missing_certificate',
      message: 'The certificate that the delivery names is not at hand. There is no network here.',
    });
  });

  it('knows the schemes of the workspace', async () => {
    const own = { scheme: schemeOf('slack'), secretNames: ['SLACK_SIGNING_SECRET'] };
    const list = new Map([['acme', own]]);
    const answer = await call({ ...received(slack), provider: 'acme' }, { webhooks: { list: async () => list } });
    expect(answer).toMatchObject({ valid: true });
  });

  it('takes the names of the secrets, and finds another one that fits', async () => {
    const named = (secret_env: unknown) => call({ ...received(slack), secret_env });
    expect(await named('SLACK_SIGNING_SECRET')).toMatchObject({ valid: true });
    expect(await named(['SLACK_OLD_SECRET', 'SLACK_SIGNING_SECRET'])).toMatchObject({ valid: true });
    expect(await named('SLACK_OLD_SECRET')).toMatchObject({
      valid: false,
      reason: 'signature_mismatch',
      diagnosis: [{ cause: 'other_secret', explanation: expect.stringContaining('SLACK_SIGNING_SECRET') }],
    });
  });

  it('explains a re-serialised body', async () => {
    const body = JSON.stringify(JSON.parse(stripe.body.toString('utf8')));
    const { diagnosis, ...verdict } = await call({ ...received(stripe), body });
    expect(verdict).toMatchObject({ valid: false, reason: 'signature_mismatch', event_id: 'evt_1Qx' });
    expect(diagnosis).toEqual([
      {
        cause: 'json_reserialised',
        explanation: expect.stringContaining('indented by 2'),
        fix: expect.stringContaining('express.raw'),
      },
    ]);
  });

  it('says by how much the clock is off, and verifies at another time or tolerance', async () => {
    const late = { ...received(stripe), headers: stripe.sign(stripe.body, NOW_S - 1000) };
    expect(await call(late)).toMatchObject({
      valid: false,
      reason: 'timestamp_too_old',
      skew_s: 1000,
      diagnosis: [{ cause: 'clock_skew' }],
    });
    expect(await call({ ...late, tolerance_s: 1000 })).toMatchObject({ valid: true, skew_s: 1000 });
    expect(await call({ ...late, now: NOW_S - 998.5 })).toMatchObject({ valid: true, skew_s: 1 });
  });

  it('a variable that is not set is a verdict that names it', async () => {
    expect(await call({ ...received(stripe), secret_env: 'STRIPE_TEST_SECRET' })).toMatchObject({
      valid: false,
      reason: 'no_secret',
      message: expect.stringContaining('STRIPE_TEST_SECRET'),
      diagnosis: [{ cause: 'other_secret' }],
    });
    const unset = { secrets: { get: () => undefined } };
    expect(await call(received(stripe), unset)).toMatchObject({
      reason: 'no_secret',
      diagnosis: [{ cause: 'secret_not_set', fix: expect.stringContaining('environment') }],
    });
  });

  it.each([
    ['an unknown provider', { provider: 'acme' }, /stripe, sendgrid, github, slack/],
    ['no body', { body: undefined }, /body_base64/],
    ['two bodies', { body_base64: 'e30=' }, /body_base64/],
    ['a body and fields', { params: {} }, /body_base64/],
    ['bad base64', { body: undefined, body_base64: 'not base64!' }, /base64/],
    ['a value for a name', { secret_env: 'whsec_3f9a1c5b7d2e4f60819a' }, /variable/],
    ['a value among names', { secret_env: ['A', 'two words'] }, /variable/],
  ])('refuses %s', async (_name, change, hint) => {
    const failure = await call({ ...received(stripe), ...change });
    expect(failure).toMatchObject({ code: 'invalid_input', hint: expect.stringMatching(hint) });
  });

  it.each([
    ['tolerance_s', 0],
    ['tolerance_s', -300],
    ['tolerance_s', 1.5],
    ['now', NOW_MS],
    ['secret_env', []],
  ])('its schema refuses %s: %s', (key, value) => {
    expect(verifyWebhook.input.safeParse({ ...received(stripe), [key]: value }).success).toBe(false);
    expect(verifyWebhook.input.safeParse(received(stripe)).success).toBe(true);
  });

  it('describes every argument', () => {
    const { properties = {} } = z.toJSONSchema(verifyWebhook.input, { io: 'input' });
    expect(Object.keys(properties)).toEqual([
      'provider',
      'headers',
      'body',
      'body_base64',
      'params',
      'event_id',
      'url',
      'secret_env',
      'tolerance_s',
      'now',
    ]);
    for (const schema of Object.values(properties)) expect(schema).toHaveProperty('description');
    expect(verifyWebhook.description.length).toBeLessThanOrEqual(1024);
  });
});
