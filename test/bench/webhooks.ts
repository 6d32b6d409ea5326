import {
  createHmac,
  createSecretKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  timingSafeEqual,
} from 'node:crypto';
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
import { compare } from './statistics.ts';

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
function hmacAlone(secret: string): () => unknown {
  const key = createSecretKey(Buffer.from(secret));
  const expected = createHmac('sha256', key).update(body).digest();
  return () => timingSafeEqual(createHmac('sha256', key).update(body).digest(), expected);
}

interface Pair {
  what: string;
  ours: () => unknown;
  peer: () => unknown;
  calls: number;
  /** Of the peer, where one takes much longer. */
  peerCalls?: number;
  limit?: Limit;
  against: string;
}

/** Two at a time: with more between them, the caches of the processor would be measured as well. */
async function rowsOf(pairs: readonly Pair[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, ours, peer, calls, peerCalls = calls, limit, against } of pairs) {
    const said = `verify 1.5 KB, CPU: ${what}`;
    const compared = await compare(said, cpuOf(calls, ours), cpuOf(peerCalls, peer), ROUNDS);
    rows.push(ratioRow(compared, 'µs', limit, against));
  }
  return rows;
}

const ALONE = 'limit: HMAC of node:crypto alone, key parsed once';

export function measureStripe(): Promise<Row[]> {
  const { webhooks } = new Stripe('sk_test_unused');
  const secret = 'whsec_0f8fad5bd9cb469fa16570867728950e';
  const header = webhooks.generateTestHeaderString({ payload: body.toString(), secret, timestamp: nowS });
  const verify = verifier(stripeWebhook, { 'stripe-signature': header }, secret);
  const [what, calls] = ['Stripe', HMAC_CALLS];
  return rowsOf([
    {
      what,
      ours: verify,
      peer: () => webhooks.signature?.verifyHeader(body, header, secret, 300),
      calls,
      limit: { ours: 4.5, peer: 6.15 },
      against: '`stripe`, verifyHeader',
    },
    {
      what: `${what}, and parsed`,
      ours: parsing(verify),
      peer: () => webhooks.constructEvent(body, header, secret, 300),
      calls,
      against: '`stripe`, constructEvent',
    },
    { what, ours: verify, peer: hmacAlone(secret), calls, against: ALONE },
  ]);
}

export function measureStandardWebhooks(): Promise<Row[]> {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const library = new Webhook(secret);
  const svix = new (loadSvix().Webhook)(secret);
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(nowS),
    'webhook-signature': library.sign('msg_1', new Date(nowS * 1000), body),
  };
  const verify = verifier(standardWebhooks, headers, secret);
  const [what, calls, peerCalls] = ['Standard Webhooks', HMAC_CALLS, HMAC_CALLS / 4];
  const documented = () => library.verify(body, headers);
  return rowsOf([
    {
      what,
      ours: verify,
      peer: documented,
      calls,
      peerCalls,
      limit: { ours: 5, peer: 26.7 },
      against: '`standardwebhooks` as documented: parses as well',
    },
    {
      what,
      ours: verify,
      peer: () => library.verify(body, headers, { jsonParse: false }),
      calls,
      peerCalls,
      against: '`standardwebhooks`, without parsing',
    },
    {
      what: `${what}, and parsed`,
      ours: parsing(verify),
      peer: documented,
      calls,
      peerCalls,
      against: '`standardwebhooks` as documented',
    },
    {
      what: `${what}, and parsed`,
      ours: parsing(verify),
      peer: () => svix.verify(body, headers),
      calls,
      peerCalls,
      against: '`svix` as documented',
    },
    { what, ours: verify, peer: hmacAlone(secret), calls, against: ALONE },
  ]);
}

export function measureSendgrid(): Promise<Row[]> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = createSign('sha256').update(String(nowS)).update(body).sign(privateKey);
  const headers = {
    'x-twilio-email-event-webhook-signature': signature.toString('base64'),
    'x-twilio-email-event-webhook-timestamp': String(nowS),
  };
  const secret = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const library = new EventWebhook();
  const key = library.convertPublicKeyToECDSA(secret);
  const [what, calls] = ['SendGrid', ECDSA_CALLS];
  const verify = verifier(sendgridWebhook, headers, secret);
  const [timestamp, encoded] = [String(nowS), signature.toString('base64')];
  return rowsOf([
    {
      what,
      ours: verify,
      peer: () => {
        if (!library.verifySignature(key, body, encoded, timestamp)) throw new Error('refused');
      },
      calls,
      peerCalls: PURE_ECDSA_CALLS,
      limit: { ours: 75, peer: 3_644 },
      against: '`@sendgrid/eventwebhook`, key parsed once',
    },
    {
      what,
      ours: verify,
      peer: () => createVerify('sha256').update(timestamp).update(body).verify(publicKey, signature),
      calls,
      limit: 1.12,
      against: 'limit: ECDSA of node:crypto alone, key parsed once',
    },
  ]);
}
