import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import Stripe from 'stripe';
import { githubWebhook } from '../../../src/integrations/github/webhook.ts';
import { sendgridWebhook } from '../../../src/integrations/sendgrid/webhook.ts';
import { slackWebhook } from '../../../src/integrations/slack/webhook.ts';
import { stripeWebhook } from '../../../src/integrations/stripe/webhook.ts';
import type { WebhookScheme } from '../../../src/webhooks/scheme.ts';

export const NOW_S = 1_790_000_000;
export const NOW_MS = NOW_S * 1000;

export interface Sample {
  provider: string;
  scheme: WebhookScheme;
  /** What the receiver holds. */
  secret: string;
  /** Signs as the provider does, without any code of ours. */
  sign(body: Buffer, timestampS?: number, secret?: string): Record<string, string>;
  body: Buffer;
  eventId: string;
  eventType: string;
}

export const schemes: ReadonlyMap<string, WebhookScheme> = new Map([
  ['stripe', stripeWebhook],
  ['sendgrid', sendgridWebhook],
  ['github', githubWebhook],
  ['slack', slackWebhook],
]);

const stripeLibrary = new Stripe('sk_test_unused');

export const stripe: Sample = {
  provider: 'stripe',
  scheme: stripeWebhook,
  secret: 'whsec_3f9a1c5b7d2e4f60819a',
  sign: (body, timestamp = NOW_S, secret = stripe.secret) => ({
    'stripe-signature': stripeLibrary.webhooks.generateTestHeaderString({
      payload: body.toString('utf8'),
      secret,
      timestamp,
    }),
  }),
  body: Buffer.from(
    JSON.stringify(
      { id: 'evt_1Qx', object: 'event', type: 'payment_intent.succeeded', amount: 4200, name: 'Zoë' },
      null,
      2,
    ),
  ),
  eventId: 'evt_1Qx',
  eventType: 'payment_intent.succeeded',
};

const sendgridKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const sendgrid: Sample = {
  provider: 'sendgrid',
  scheme: sendgridWebhook,
  secret: sendgridKeys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  sign: (body, timestamp = NOW_S) => ({
    'x-twilio-email-event-webhook-signature': createSign('sha256')
      .update(Buffer.concat([Buffer.from(String(timestamp)), body]))
      .sign(sendgridKeys.privateKey, 'base64'),
    'x-twilio-email-event-webhook-timestamp': String(timestamp),
  }),
  body: Buffer.from(
    '[{"email":"a@example.com","event":"delivered","sg_event_id":"ZGVsaXZlcmVk-0"},\r\n' +
      '{"email":"b@example.com","event":"bounce","sg_event_id":"Ym91bmNl-1"}]\r\n',
  ),
  eventId: 'ZGVsaXZlcmVk-0',
  eventType: 'delivered',
};

export const sendgridPrivateKey = sendgridKeys.privateKey;

export const github: Sample = {
  provider: 'github',
  scheme: githubWebhook,
  secret: "It's a Secret to Everybody",
  sign: (body, _timestamp, secret = github.secret) => ({
    'x-github-delivery': '0b989ba4-242f-11e5-81e1-c7b6966d2516',
    'x-github-event': 'pull_request',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  }),
  body: Buffer.from('{"action":"opened","number":7,"title":"Fünf & <mehr>"}'),
  eventId: '0b989ba4-242f-11e5-81e1-c7b6966d2516',
  eventType: 'pull_request',
};

export const slack: Sample = {
  provider: 'slack',
  scheme: slackWebhook,
  secret: '5b1c9e0f27d34a86bb02d5f1c7e8a934',
  sign: (body, timestamp = NOW_S, secret = slack.secret) => ({
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${createHmac('sha256', secret)
      .update(Buffer.concat([Buffer.from(`v0:${timestamp}:`), body]))
      .digest('hex')}`,
  }),
  body: Buffer.from('{"type":"event_callback","event_id":"Ev08MFMKH6","event":{"type":"app_mention","text":"hi"}}'),
  eventId: 'Ev08MFMKH6',
  eventType: 'app_mention',
};

export const samples: readonly Sample[] = [stripe, sendgrid, github, slack];
