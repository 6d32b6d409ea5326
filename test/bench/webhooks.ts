import { createHmac, createSign, createVerify, generateKeyPairSync, timingSafeEqual } from 'node:crypto';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { sendgridWebhook } from '../../src/integrations/sendgrid/webhook.ts';
import { stripeWebhook } from '../../src/integrations/stripe/webhook.ts';
import type { WebhookScheme } from '../../src/webhooks/scheme.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { verifySignature } from '../../src/webhooks/verify.ts';
import { loadSvix } from '../support/peers.ts';
import { sized } from './counts.ts';
import type { Limit, Row } from './row.ts';
import { ratioRow } from './row.ts';
import { inRounds } from './statistics.ts';

const ROUNDS = sized(12, 1);
const HMAC_CALLS = sized(20_000, 500);
const ECDSA_CALLS = sized(1_000, 50);
/** One takes milliseconds. */
const PURE_ECDSA_CALLS = sized(100, 5);
const nowS = Math.floor(Date.now() / 1000);
/** An event of 1.5 KB, as bytes: that is what a handler has. */
const fields = Array.from({ length: 60 }, (_, index) => [`field_${index}`, index % 3 === 0 ? index : `value ${index}`]);
const event = { id: 'evt_1', object: 'event', type: 'invoice.paid', data: { object: Object.fromEntries(fields) } };
const body = Buffer.from(JSON.stringify(event));
const common = {
  host: 'localhost',
  'content-type': 'application/json',
  'user-agent': 'bench',
  'content-length': '1501',
};

/** Microseconds of CPU of one call. */
function cpuOf(calls: number, call: () => unknown): () => Promise<number> {
  return async () => {
    const before = process.cpuUsage();
    for (let count = 0; count < calls; count += 1) call();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };
}

function verifier(scheme: WebhookScheme, signature: Record<string, string>, secret: string): () => void {
  const headers = { ...common, ...signature };
  const options = { secrets: [{ name: 'SECRET', value: secret }], nowMs: nowS * 1000 };
  return () => {
    const { valid, message } = verifySignature(scheme, { headers, body }, options);
    if (!valid) throw new Error(message);
  };
}

/** The same, and the event as an object. */
function parsing(verify: () => void): () => unknown {
  return () => {
    verify();
    return JSON.parse(body.toString());
  };
}

/** What no verifier can do without: the digest, and a comparison that takes the same time whatever is compared. */
function hmacAlone(key: string | Buffer): () => unknown {
  const expected = createHmac('sha256', key).update(body).digest();
  return () => timingSafeEqual(createHmac('sha256', key).update(body).digest(), expected);
}

function rowOf(what: string, limit?: Limit) {
  return (ours: number[], peer: number[], against: string): Row =>
    ratioRow({ what: `verify 1.5 KB, CPU: ${what}`, ours, peer }, 'µs', limit, against);
}

export async function measureStripe(): Promise<Row[]> {
  const { webhooks } = new Stripe('sk_test_unused');
  const secret = 'whsec_0f8fad5bd9cb469fa16570867728950e';
  const header = webhooks.generateTestHeaderString({ payload: body.toString(), secret, timestamp: nowS });
  const verify = verifier(stripeWebhook, { 'stripe-signature': header }, secret);
  const cpu = await inRounds(
    {
      ours: cpuOf(HMAC_CALLS, verify),
      header: cpuOf(HMAC_CALLS, () => webhooks.signature?.verifyHeader(body, header, secret, 300)),
      parsed: cpuOf(HMAC_CALLS / 2, parsing(verify)),
      event: cpuOf(HMAC_CALLS / 2, () => webhooks.constructEvent(body, header, secret, 300)),
      limit: cpuOf(HMAC_CALLS, hmacAlone(secret)),
    },
    ROUNDS,
  );
  return [
    rowOf('Stripe', { ours: 4.5, peer: 6.15 })(cpu.ours, cpu.header, '`stripe`, verifyHeader'),
    rowOf('Stripe, and parsed')(cpu.parsed, cpu.event, '`stripe`, constructEvent'),
    rowOf('Stripe')(cpu.ours, cpu.limit, 'limit: HMAC of node:crypto alone'),
  ];
}

export async function measureStandardWebhooks(): Promise<Row[]> {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const library = new Webhook(secret);
  const svix = new (loadSvix().Webhook)(secret);
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(nowS),
    'webhook-signature': library.sign('msg_1', new Date(nowS * 1000), body),
  };
  const verify = verifier(standardWebhooks, headers, secret);
  const calls = HMAC_CALLS / 4;
  const cpu = await inRounds(
    {
      ours: cpuOf(calls, verify),
      verified: cpuOf(calls, () => library.verify(body, headers, { jsonParse: false })),
      parsed: cpuOf(calls, parsing(verify)),
      documented: cpuOf(calls, () => library.verify(body, headers)),
      svix: cpuOf(calls, () => svix.verify(body, headers)),
      limit: cpuOf(calls, hmacAlone(Buffer.from(secret.slice(6), 'base64'))),
    },
    ROUNDS,
  );
  const [what, both] = ['Standard Webhooks', 'Standard Webhooks, and parsed'];
  return [
    rowOf(what, { ours: 5, peer: 26.7 })(cpu.ours, cpu.documented, '`standardwebhooks` as documented: parses as well'),
    rowOf(what)(cpu.ours, cpu.verified, '`standardwebhooks`, without parsing'),
    rowOf(both)(cpu.parsed, cpu.documented, '`standardwebhooks` as documented'),
    rowOf(both)(cpu.parsed, cpu.svix, '`svix` as documented'),
    rowOf(what)(cpu.ours, cpu.limit, 'limit: HMAC of node:crypto alone'),
  ];
}

export async function measureSendgrid(): Promise<Row[]> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = createSign('sha256').update(String(nowS)).update(body).sign(privateKey);
  const headers = {
    'x-twilio-email-event-webhook-signature': signature.toString('base64'),
    'x-twilio-email-event-webhook-timestamp': String(nowS),
  };
  const secret = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const library = new EventWebhook();
  const key = library.convertPublicKeyToECDSA(secret);
  const peer = () => {
    if (!library.verifySignature(key, body, signature.toString('base64'), String(nowS))) throw new Error('refused');
  };
  const cpu = await inRounds(
    {
      ours: cpuOf(ECDSA_CALLS, verifier(sendgridWebhook, headers, secret)),
      library: cpuOf(PURE_ECDSA_CALLS, peer),
      limit: cpuOf(ECDSA_CALLS, () =>
        createVerify('sha256').update(String(nowS)).update(body).verify(publicKey, signature),
      ),
    },
    ROUNDS,
  );
  return [
    rowOf('SendGrid', { ours: 75, peer: 3_644 })(cpu.ours, cpu.library, '`@sendgrid/eventwebhook`, key parsed once'),
    rowOf('SendGrid', 1.12)(cpu.ours, cpu.limit, 'limit: ECDSA of node:crypto alone, key parsed once'),
  ];
}
