import { createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { sendgridWebhook } from '../../src/integrations/sendgrid/webhook.ts';
import { stripeWebhook } from '../../src/integrations/stripe/webhook.ts';
import type { WebhookScheme } from '../../src/webhooks/scheme.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { verifySignature } from '../../src/webhooks/verify.ts';
import type { Comparison } from './statistics.ts';
import { compare } from './statistics.ts';

const HMAC_CALLS = 20_000;
const ECDSA_CALLS = 1_000;
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

/** CPU microseconds of one call. */
async function cpuOf(calls: number, call: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < calls; count += 1) call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

function verifier(scheme: WebhookScheme, signature: Record<string, string>, secret: string): () => void {
  const headers = { ...common, ...signature };
  const options = { secrets: [{ name: 'SECRET', value: secret }], nowMs: nowS * 1000 };
  return () => {
    const { valid, message } = verifySignature(scheme, { headers, body }, options);
    if (!valid) throw new Error(message);
  };
}

/** Bar: at most 0.73 of the time of stripe's own verifier, without its parsing of the event. */
export function measureStripe(rounds: number): Promise<Comparison> {
  const { webhooks } = new Stripe('sk_test_unused');
  const secret = 'whsec_0f8fad5bd9cb469fa16570867728950e';
  const header = webhooks.generateTestHeaderString({ payload: body.toString(), secret, timestamp: nowS });
  const ours = verifier(stripeWebhook, { 'stripe-signature': header }, secret);
  const peer = () => webhooks.signature?.verifyHeader(body, header, secret, 300);
  return compare(
    'verify Stripe, 1.5 KB, CPU µs',
    () => cpuOf(HMAC_CALLS, ours),
    () => cpuOf(HMAC_CALLS, peer),
    rounds,
  );
}

/** Bar: at most 0.19 of the time of the standardwebhooks package, used as documented: it parses the event as well. */
export function measureStandardWebhooks(rounds: number): Promise<Comparison> {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const library = new Webhook(secret);
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(nowS),
    'webhook-signature': library.sign('msg_1', new Date(nowS * 1000), body),
  };
  const ours = verifier(standardWebhooks, headers, secret);
  const peer = () => library.verify(body, headers);
  return compare(
    'verify Standard Webhooks, 1.5 KB, CPU µs',
    () => cpuOf(HMAC_CALLS / 4, ours),
    () => cpuOf(HMAC_CALLS / 4, peer),
    rounds,
  );
}

/** Bar: at most 1.12 of what the signature alone costs with a key that is parsed once. */
export function measureSendgrid(rounds: number): Promise<Comparison> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = createSign('sha256').update(String(nowS)).update(body).sign(privateKey);
  const headers = {
    'x-twilio-email-event-webhook-signature': signature.toString('base64'),
    'x-twilio-email-event-webhook-timestamp': String(nowS),
  };
  const secret = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const ours = verifier(sendgridWebhook, headers, secret);
  const peer = () => createVerify('sha256').update(String(nowS)).update(body).verify(publicKey, signature);
  return compare(
    'verify SendGrid, 1.5 KB, CPU µs',
    () => cpuOf(ECDSA_CALLS, ours),
    () => cpuOf(ECDSA_CALLS, peer),
    rounds,
  );
}
