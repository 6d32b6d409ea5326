import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/webhooks/delivery.ts';
import { diagnose } from '../../../src/webhooks/diagnose.ts';
import type { WebhookScheme } from '../../../src/webhooks/scheme.ts';
import { verifyDelivery } from '../../../src/webhooks/verify.ts';
import { PATIENCE_MS, runs } from '../../support/full-counts.ts';
import type { Sample } from '../../unit/webhooks/deliveries.ts';
import { NOW_MS, NOW_S, samples, schemeOf, schemes } from '../../unit/webhooks/deliveries.ts';

/** A small generator with a seed, so that a failure can be repeated: https://en.wikipedia.org/wiki/Xorshift */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Random = ReturnType<typeof createRandom>;
type Headers = Record<string, string | string[]>;

const PIECES = [
  '',
  ',',
  ';',
  ' ',
  '=',
  't=',
  'v1=',
  'v0=',
  'h1=',
  'ts=',
  'v1,',
  'v1a,',
  'sha256=',
  'sha1=',
  'Basic ',
  String(NOW_S),
  '0',
  '-1',
  '1e9',
  'a'.repeat(64),
  '0'.repeat(40),
  'AAAA',
  '\u0000',
  '\uFEFF',
  'é',
  '\uD800',
  '💳',
  'x'.repeat(9000),
  '%',
  '%00',
  '"',
  "'",
  '{}',
  '[]',
  'null',
  '__proto__',
  'constructor',
  'https://api.paypal.com/x',
  'https://evil.example/',
  '2026-09-21T14:13:20Z',
  '\r\n',
  '\\n',
];
const pick = <T>(items: readonly T[], random: Random): T => items[random(items.length)] as T;

function mutateText(text: string, random: Random): string {
  const at = random(text.length + 1);
  switch (random(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + pick(PIECES, random) + text.slice(at);
    case 2:
      return text.slice(0, at) + String.fromCharCode(random(0x250)) + text.slice(at + 1);
    case 3:
      return text + pick([',', ' ', ';'], random) + text;
    case 4:
      return text.toUpperCase();
    default:
      return pick(PIECES, random);
  }
}

function mutateHeaders(headers: Headers, names: readonly string[], random: Random): Headers {
  const changed: Headers = { ...headers };
  for (let count = random(4); count > 0; count -= 1) {
    mutateHeader(changed, pick(random(4) === 0 ? names : [...Object.keys(headers), ...names], random), random);
  }
  return changed;
}

function mutateHeader(headers: Headers, name: string, random: Random): void {
  const value = String(headers[name] ?? '');
  if (random(8) === 0) delete headers[name];
  else if (random(6) === 0) headers[name] = [value, mutateText(value, random)];
  else headers[random(5) === 0 ? name.toUpperCase() : name] = mutateText(value, random);
}

/** Differs from the body in at least one byte. */
function mutateBody(body: Buffer, random: Random): Buffer {
  const at = random(Math.max(body.length, 1));
  switch (random(4)) {
    case 0:
      return body.length === 0 ? Buffer.from('x') : body.subarray(0, at);
    case 1:
      return Buffer.concat([body.subarray(0, at), Buffer.from([random(256)]), body.subarray(at), Buffer.from('!')]);
    case 2:
      return Buffer.concat([body, Buffer.from(pick(PIECES.slice(1), random))]);
    default: {
      const copy = Buffer.from(body.length === 0 ? 'x' : body);
      copy[at] = (copy[at] ?? 0) ^ (1 + random(255));
      return copy;
    }
  }
}

const names = [
  'paypal-cert-url',
  ...[...schemes.values()].flatMap(({ signatures, timestamp, id }) =>
    [...signatures.flatMap(({ at }) => at), ...(timestamp?.at ?? []), ...(id ?? [])].flatMap((place) =>
      'header' in place ? [place.header] : [],
    ),
  ),
];

interface Target {
  scheme: WebhookScheme;
  secret: string;
  otherSecret: string;
  delivery: Delivery;
  /** Whether a changed body must be refused with the secret that signed. */
  coversBody: boolean;
}

function targetOf({ scheme, secret, otherSecret, sign, body, url, certificate }: Sample): Target {
  return { scheme, secret, otherSecret, delivery: { headers: sign(body), body, url, certificate }, coversBody: true };
}

const mailgunSignature = createHmac('sha256', 'key').update(`${NOW_S}token`).digest('hex');
const twilioUrl = 'https://example.com/hooks?token=abc';
const targets: readonly Target[] = [
  ...samples.map(targetOf),
  {
    scheme: schemeOf('mailgun'),
    secret: 'key',
    otherSecret: 'another key',
    delivery: {
      headers: {},
      body: Buffer.from(`{"signature":{"timestamp":"${NOW_S}","token":"token","signature":"${mailgunSignature}"}}`),
    },
    coversBody: false,
  },
  {
    scheme: schemeOf('twilio'),
    secret: 'token',
    otherSecret: 'another token',
    delivery: {
      headers: { 'x-twilio-signature': createHmac('sha1', 'token').update(`${twilioUrl}ab`).digest('base64') },
      body: Buffer.from('a=b'),
      url: twilioUrl,
    },
    coversBody: false,
  },
  {
    scheme: schemeOf('postmark'),
    secret: 'user:password',
    otherSecret: 'user:another',
    delivery: {
      headers: { authorization: `Basic ${Buffer.from('user:password').toString('base64')}` },
      body: Buffer.from('{}'),
      url: twilioUrl,
    },
    coversBody: false,
  },
];

/** With a secret that did not sign anything goes; with the one that did, the body is another. */
function attempt(random: Random) {
  const { scheme, secret, otherSecret, delivery, coversBody } = pick(targets, random);
  const isForeign = !coversBody || random(2) === 0;
  const keepsBody = isForeign && random(3) === 0;
  const changed: Delivery = {
    ...delivery,
    headers: mutateHeaders(delivery.headers as Headers, names, random),
    body: keepsBody ? delivery.body : mutateBody(delivery.body, random),
  };
  const secrets = [{ name: 'A', value: isForeign ? otherSecret : secret }];
  return { changed, verdict: verifyDelivery(scheme, changed, { secrets, nowMs: NOW_MS }) };
}

describe('fuzzed headers and bodies', () => {
  it('start from genuine deliveries', () => {
    for (const { scheme, secret, delivery } of targets) {
      const options = { secrets: [{ name: 'A', value: secret }], nowMs: NOW_MS };
      expect(verifyDelivery(scheme, delivery, options).reason).toBe('ok');
    }
  });

  it('never throw and are never accepted', { timeout: PATIENCE_MS }, () => {
    const random = createRandom(0x5eed);
    const accepted: unknown[] = [];
    const reasons = new Set<string>();
    for (let round = runs(1_000_000, 15_000); round > 0; round -= 1) {
      const { changed, verdict } = attempt(random);
      reasons.add(verdict.reason);
      if (verdict.matchedSecret !== undefined) accepted.push({ round, changed });
    }
    expect(accepted).toEqual([]);
    expect([...reasons]).toEqual(
      expect.arrayContaining([
        'malformed_field',
        'malformed_header',
        'missing_field',
        'missing_header',
        'signature_mismatch',
        'untrusted_certificate',
      ]),
    );
  });

  it('are always explained, without a secret', { timeout: PATIENCE_MS }, () => {
    const random = createRandom(0xc0ffee);
    for (let round = runs(20_000, 400); round > 0; round -= 1) {
      const { scheme, otherSecret, delivery } = pick(targets, random);
      const headers = mutateHeaders(delivery.headers as Headers, names, random);
      const changed = { ...delivery, headers, body: mutateBody(delivery.body, random) };
      const options = { secrets: [{ name: 'A', value: otherSecret }], otherSecrets: [], schemes, nowMs: NOW_MS };
      const findings = diagnose(scheme, changed, options);
      expect(findings.length).toBeGreaterThan(0);
      expect(JSON.stringify(findings)).not.toContain(otherSecret);
    }
  });
});
