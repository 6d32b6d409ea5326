import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../src/core/errors.ts';
import type { ToolContext } from '../../../src/core/tool.ts';
import type { WebhookVerification } from '../../../src/tools/verify-webhook.ts';
import { verifyWebhook } from '../../../src/tools/verify-webhook.ts';
import type { Sample } from './deliveries.ts';
import { NOW_MS, NOW_S, samples, schemes, sendgrid, slack, stripe } from './deliveries.ts';

const context: ToolContext = {
  signal: new AbortController().signal,
  caller: { workspace: '/project', agent: 'test', sessionId: undefined },
  progress: () => {},
  confirm: () => Promise.reject(new Error('a read tool asks nobody')),
};

const environment: Record<string, string> = {
  STRIPE_WEBHOOK_SECRET: stripe.secret,
  SENDGRID_WEBHOOK_KEY: sendgrid.secret,
  SLACK_SIGNING_SECRET: slack.secret,
  SLACK_OLD_SECRET: 'c0ffee00c0ffee00c0ffee00c0ffee00',
};

const webhooks: WebhookVerification = {
  schemes,
  secretNames: async (workspace) =>
    new Map(
      workspace === '/project'
        ? [
            ['stripe', ['STRIPE_WEBHOOK_SECRET']],
            ['sendgrid', ['SENDGRID_WEBHOOK_KEY']],
            ['slack', ['SLACK_OLD_SECRET', 'SLACK_SIGNING_SECRET']],
          ]
        : [],
    ),
};

/** Runs the tool as the server does: arguments and answer go through its own schemas. */
async function call(args: Record<string, unknown>, caller = context.caller) {
  const deps = { webhooks, secrets: { get: (name: string) => environment[name] }, clock: { now: () => NOW_MS } };
  const answer = await verifyWebhook.run(verifyWebhook.input.parse(args), deps, { ...context, caller });
  for (const { secret } of samples) expect(JSON.stringify(answer)).not.toContain(secret);
  return verifyWebhook.output.parse(answer);
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
    const elsewhere = { workspace: '/elsewhere', agent: 'test', sessionId: undefined };
    expect(await call(received(stripe), elsewhere)).toMatchObject({
      reason: 'no_secret',
      diagnosis: [{ cause: 'secret_not_set', fix: expect.stringContaining('environment') }],
    });
  });

  it.each([
    ['an unknown provider', { provider: 'paypal' }, /stripe, sendgrid, github, slack/],
    ['no body', { body: undefined }, /body_base64/],
    ['two bodies', { body_base64: 'e30=' }, /body_base64/],
    ['bad base64', { body: undefined, body_base64: 'not base64!' }, /base64/],
    ['a value for a name', { secret_env: 'whsec_3f9a1c5b7d2e4f60819a' }, /variable/],
    ['a value among names', { secret_env: ['A', 'two words'] }, /variable/],
  ])('refuses %s', async (_name, change, hint) => {
    const failure = await call({ ...received(stripe), ...change }).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'invalid_input', hint: expect.stringMatching(hint) });
    expect(String(failure)).not.toContain('whsec_');
  });

  it.each([
    ['tolerance_s', 0],
    ['tolerance_s', -300],
    ['tolerance_s', 1.5],
    ['now', NOW_MS],
    ['secret_env', []],
    ['url', 'https://example.com'],
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
      'secret_env',
      'tolerance_s',
      'now',
    ]);
    for (const schema of Object.values(properties)) expect(schema).toHaveProperty('description');
    expect(verifyWebhook.description.length).toBeLessThanOrEqual(1024);
  });
});
