import { createHmac, createSign, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import type { Certificate } from '../../../src/webhooks/certificate.ts';
import type { WebhookScheme } from '../../../src/webhooks/scheme.ts';
import { makeAuthorities, makeCertificate } from './certificates.ts';

export const NOW_S = 1_790_000_000;
export const NOW_MS = NOW_S * 1000;

export interface Sample {
  provider: string;
  scheme: WebhookScheme;
  /** What the receiver holds. */
  secret: string;
  /** Another one of that kind. */
  otherSecret: string;
  /** Signs as the provider does, without any code of ours. */
  sign(body: Buffer, timestampS?: number, secret?: string): Record<string, string>;
  body: Buffer;
  eventId: string | undefined;
  eventType: string;
  url?: string;
  certificate?: Certificate;
  /** Headers of `sign` that are not signed. */
  unsigned?: readonly string[];
}

export const schemes: ReadonlyMap<string, WebhookScheme> = new Map(
  [...catalogue].flatMap(([name, { webhook }]) => (webhook?.scheme === undefined ? [] : [[name, webhook.scheme]])),
);

export function schemeOf(provider: string): WebhookScheme {
  const scheme = schemes.get(provider);
  if (scheme === undefined) throw new Error(`${provider} has no scheme`);
  return scheme;
}

const sha256 = (secret: string | Buffer, text: string, body: Buffer) =>
  createHmac('sha256', secret).update(Buffer.concat([Buffer.from(text), body]));

const stripeLibrary = new Stripe('sk_test_unused');

export const stripe: Sample = {
  provider: 'stripe',
  scheme: schemeOf('stripe'),
  secret: 'whsec_3f9a1c5b7d2e4f60819a',
  otherSecret: 'whsec_another_one',
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

function newEcKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, text: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
}

const sendgridKeys = newEcKey();
export const sendgridPrivateKey = sendgridKeys.privateKey;

export const sendgrid: Sample = {
  provider: 'sendgrid',
  scheme: schemeOf('sendgrid'),
  secret: sendgridKeys.text,
  otherSecret: newEcKey().text,
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

export const github: Sample = {
  provider: 'github',
  scheme: schemeOf('github'),
  secret: "It's a Secret to Everybody",
  otherSecret: 'another secret',
  sign: (body, _timestamp, secret = github.secret) => ({
    'x-github-delivery': '0b989ba4-242f-11e5-81e1-c7b6966d2516',
    'x-github-event': 'pull_request',
    'x-hub-signature-256': `sha256=${sha256(secret, '', body).digest('hex')}`,
  }),
  body: Buffer.from('{"action":"opened","number":7,"title":"Fünf & <mehr>"}'),
  eventId: '0b989ba4-242f-11e5-81e1-c7b6966d2516',
  eventType: 'pull_request',
  unsigned: ['x-github-delivery', 'x-github-event'],
};

export const slack: Sample = {
  provider: 'slack',
  scheme: schemeOf('slack'),
  secret: '5b1c9e0f27d34a86bb02d5f1c7e8a934',
  otherSecret: 'c0ffee00c0ffee00c0ffee00c0ffee00',
  sign: (body, timestamp = NOW_S, secret = slack.secret) => ({
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${sha256(secret, `v0:${timestamp}:`, body).digest('hex')}`,
  }),
  body: Buffer.from('{"type":"event_callback","event_id":"Ev08MFMKH6","event":{"type":"app_mention","text":"hi"}}'),
  eventId: 'Ev08MFMKH6',
  eventType: 'app_mention',
};

export const shopify: Sample = {
  provider: 'shopify',
  scheme: schemeOf('shopify'),
  secret: 'hush_1f2e3d4c5b6a',
  otherSecret: 'hush_other',
  sign: (body, _timestamp, secret = shopify.secret) => ({
    'x-shopify-hmac-sha256': sha256(secret, '', body).digest('base64'),
    'x-shopify-topic': 'orders/create',
    'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  }),
  body: Buffer.from('{"id":820982911946154508,"total_price":"19.99"}'),
  eventId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  eventType: 'orders/create',
  unsigned: ['x-shopify-topic', 'x-shopify-webhook-id'],
};

/** The names of the standard, or those of Svix, over the official library's signature. */
function standard(provider: string, family: 'webhook' | 'svix'): Sample {
  const sample: Sample = {
    provider,
    scheme: schemeOf(provider),
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    otherSecret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    sign: (body, timestamp = NOW_S, secret = sample.secret) => ({
      [`${family}-id`]: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      [`${family}-timestamp`]: String(timestamp),
      [`${family}-signature`]: new Webhook(secret).sign(
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        new Date(timestamp * 1000),
        body,
      ),
    }),
    body: Buffer.from('{"type":"user.created","data":{"id":"user_1"}}'),
    eventId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    eventType: 'user.created',
  };
  return sample;
}

export const standardWebhooks = standard('standard-webhooks', 'webhook');
export const clerk = standard('clerk', 'svix');

export const paddle: Sample = {
  provider: 'paddle',
  scheme: schemeOf('paddle'),
  secret: 'pdl_ntfset_01hv8x2axb33yr5y238zfwcn5p_abc',
  otherSecret: 'pdl_ntfset_other',
  sign: (body, timestamp = NOW_S, secret = paddle.secret) => ({
    'paddle-signature': `ts=${timestamp};h1=${sha256(secret, `${timestamp}:`, body).digest('hex')}`,
  }),
  body: Buffer.from('{"event_id":"evt_01hv","event_type":"transaction.completed","data":{"id":"txn_01hv"}}'),
  eventId: 'evt_01hv',
  eventType: 'transaction.completed',
};

export const square: Sample = {
  provider: 'square',
  scheme: schemeOf('square'),
  secret: 'Ibxx_5AKakO-3qeNVR61Dw',
  otherSecret: 'MCmhFRxGX82xMwg5FsaoQA',
  url: 'https://example.com/webhooks/square?shop=7',
  sign: (body, _timestamp, secret = square.secret) => ({
    'x-square-hmacsha256-signature': sha256(secret, square.url ?? '', body).digest('base64'),
  }),
  body: Buffer.from('{"merchant_id":"ML82","type":"payment.created","event_id":"ac3ac95b-f97d","data":{}}'),
  eventId: 'ac3ac95b-f97d',
  eventType: 'payment.created',
};

const discordKeys = generateKeyPairSync('ed25519');
const rawKey = (key: string | undefined) => Buffer.from(key ?? '', 'base64url');
export const discordSeed = rawKey(discordKeys.privateKey.export({ format: 'jwk' }).d);

export const discord: Sample = {
  provider: 'discord',
  scheme: schemeOf('discord'),
  secret: rawKey(discordKeys.publicKey.export({ format: 'jwk' }).x).toString('hex'),
  otherSecret: rawKey(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x).toString('hex'),
  sign: (body, timestamp = NOW_S) => ({
    'x-signature-ed25519': sign(
      null,
      Buffer.concat([Buffer.from(String(timestamp)), body]),
      discordKeys.privateKey,
    ).toString('hex'),
    'x-signature-timestamp': String(timestamp),
  }),
  body: Buffer.from('{"id":"786008729715212338","type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}'),
  eventId: '786008729715212338',
  eventType: 'APPLICATION_AUTHORIZED',
};

export const zoom: Sample = {
  provider: 'zoom',
  scheme: schemeOf('zoom'),
  secret: 'eM8YKUGLSo2rnU1GgVHY_A',
  otherSecret: 'another_secret_token',
  sign: (body, timestamp = NOW_S, secret = zoom.secret) => ({
    'x-zm-request-timestamp': String(timestamp),
    'x-zm-signature': `v0=${sha256(secret, `v0:${timestamp}:`, body).digest('hex')}`,
  }),
  body: Buffer.from('{"event":"meeting.started","payload":{"account_id":"D8cJ"}}'),
  eventId: undefined,
  eventType: 'meeting.started',
};

export const intercom: Sample = {
  provider: 'intercom',
  scheme: schemeOf('intercom'),
  secret: 'c1a2b3d4-client-secret',
  otherSecret: 'another-client-secret',
  sign: (body, _timestamp, secret = intercom.secret) => ({
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
  }),
  body: Buffer.from('{"type":"notification_event","topic":"contact.created","id":"notif_78c1"}'),
  eventId: 'notif_78c1',
  eventType: 'contact.created',
};

export const linear: Sample = {
  provider: 'linear',
  scheme: schemeOf('linear'),
  secret: 'lin_wh_1f2e3d4c5b6a',
  otherSecret: 'lin_wh_other',
  sign: (body, _timestamp, secret = linear.secret) => ({
    'linear-delivery': '234d1a4e-b617-4388-90fe-adc3633d6b72',
    'linear-event': 'Issue',
    'linear-signature': sha256(secret, '', body).digest('hex'),
  }),
  body: Buffer.from(`{"action":"create","type":"Issue","webhookTimestamp":${NOW_MS + 999}}`),
  eventId: '234d1a4e-b617-4388-90fe-adc3633d6b72',
  eventType: 'Issue',
  unsigned: ['linear-delivery', 'linear-event'],
};

export const calendly: Sample = {
  provider: 'calendly',
  scheme: schemeOf('calendly'),
  secret: 'cal_5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I',
  otherSecret: 'cal_other',
  sign: (body, timestamp = NOW_S, secret = calendly.secret) => ({
    'calendly-webhook-signature': `t=${timestamp},v1=${sha256(secret, `${timestamp}.`, body).digest('hex')}`,
  }),
  body: Buffer.from('{"event":"invitee.created","payload":{"email":"jenny@example.com"}}'),
  eventId: undefined,
  eventType: 'invitee.created',
};

export const authorities = makeAuthorities();
export const paypalKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const PAYPAL_NAME = 'messageverificationcerts.paypal.com';
export const paypalPem = makeCertificate({
  commonName: PAYPAL_NAME,
  key: paypalKeys.publicKey,
  issuer: authorities.intermediate,
});

export const paypal: Sample = {
  provider: 'paypal',
  scheme: schemeOf('paypal'),
  secret: '4JH86294D6297924G',
  otherSecret: '1AB23456CD789012E',
  certificate: { pem: paypalPem + authorities.intermediatePem, roots: [authorities.rootPem] },
  sign: (body, timestamp = NOW_S, secret = paypal.secret) => {
    const time = new Date(timestamp * 1000).toISOString().replace('.000', '');
    const text = `69cd13f0-d67a-11e5-baa3-778b53f4ae55|${time}|${secret}|${crc32(body)}`;
    return {
      'paypal-transmission-id': '69cd13f0-d67a-11e5-baa3-778b53f4ae55',
      'paypal-transmission-time': time,
      'paypal-transmission-sig': createSign('sha256').update(text).sign(paypalKeys.privateKey, 'base64'),
      'paypal-cert-url': 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594',
      'paypal-auth-algo': 'SHA256withRSA',
    };
  },
  body: Buffer.from('{"id":"WH-58D3","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"29Y2"}}'),
  eventId: 'WH-58D3',
  eventType: 'PAYMENT.CAPTURE.COMPLETED',
  unsigned: ['paypal-cert-url', 'paypal-auth-algo'],
};

/** Every scheme whose signature lies in the headers and covers the bytes of the body. */
export const samples: readonly Sample[] = [
  stripe,
  sendgrid,
  github,
  slack,
  shopify,
  standardWebhooks,
  clerk,
  paddle,
  square,
  discord,
  zoom,
  intercom,
  linear,
  calendly,
  paypal,
];

/** Random text in the alphabet of tokens. */
export const randomToken = () => randomBytes(12).toString('hex');
