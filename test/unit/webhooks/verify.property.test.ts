import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WebhookHeaders } from '../../../src/webhooks/delivery.ts';
import { diagnose } from '../../../src/webhooks/diagnose.ts';
import type { HeaderValue, SignedPart, WebhookScheme } from '../../../src/webhooks/scheme.ts';
import { webhookScheme } from '../../../src/webhooks/scheme.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { verifyDelivery, verifySignature } from '../../../src/webhooks/verify.ts';
import { clerk, NOW_MS, NOW_S, samples, schemes, stripe } from './deliveries.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('', 'undefined', '[object Object]'),
);
const hex = fc.stringMatching(/^[0-9a-f]{0,130}$/);
const base64 = fc.base64String({ maxLength: 200 });
const piece = fc.oneof(
  anyText,
  hex,
  base64,
  fc.constantFrom('t=', 'v1=', 'v0=', 'sha256=', 'sha1=', ',', '=', String(NOW_S)),
);
const headerText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const headerValue = fc.oneof(headerText, fc.array(headerText, { maxLength: 4 }), fc.constant(undefined));
const names = [...schemes.values()].flatMap(({ signatures, timestamp, id }) =>
  [...signatures.flatMap(({ at }) => at), ...(timestamp?.at ?? []), ...(id ?? [])].flatMap((place) =>
    'header' in place ? [place.header] : [],
  ),
);
const headerName = fc.oneof(
  fc.constantFrom(...names, ...names.map((name) => name.toUpperCase()), '__proto__', 'constructor'),
  fc.string(),
);
const headersOf: fc.Arbitrary<WebhookHeaders> = fc
  .array(fc.tuple(headerName, headerValue), { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries));
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
);

describe('hostile deliveries', () => {
  it.each(samples)('$provider: never throws, never accepts, always explains', ({
    scheme,
    secret,
    url,
    certificate,
  }) => {
    const secrets = [{ name: 'HOOK_SECRET', value: secret }];
    const property = fc.property(headersOf, body, (headers, bytes) => {
      const delivery = { headers, body: Buffer.from(bytes), url, certificate };
      const verdict = verifyDelivery(scheme, delivery, { secrets, nowMs: NOW_MS });
      expect(verdict.valid).toBe(false);
      const findings = diagnose(scheme, delivery, { secrets, nowMs: NOW_MS, otherSecrets: [], schemes });
      expect(findings.length).toBeGreaterThan(0);
      expect(JSON.stringify([verdict, findings])).not.toContain(secret);
    });
    fc.assert(property, { numRuns: 150 });
  });

  it.each(samples)('$provider: one changed byte anywhere is refused', ({ scheme, secret, sign, url, certificate }) => {
    const secrets = [{ name: 'HOOK_SECRET', value: secret }];
    const property = fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, by) => {
        const text = Buffer.from(Buffer.from(bytes).toString('latin1'), 'latin1');
        const headers = signAsBytes(sign, text);
        const changed = Buffer.from(text);
        const place = at % changed.length;
        changed[place] = (changed[place] ?? 0) ^ by;
        const verify = (received: Buffer) =>
          verifySignature(scheme, { headers, body: received, url, certificate }, { secrets, nowMs: NOW_MS });
        expect(verify(text).matchedSecret).toBe('HOOK_SECRET');
        expect(verify(changed).reason).toBe('signature_mismatch');
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it('survives values that the types forbid', () => {
    for (const value of [7, null, true, {}, [7, null], { length: 3 }, () => 'v1=']) {
      const headers = { 'stripe-signature': value } as unknown as WebhookHeaders;
      for (const { scheme, secret } of samples) {
        const options = { secrets: [{ name: 'A', value: secret }], nowMs: NOW_MS };
        expect(verifyDelivery(scheme, { headers, body: Buffer.from('{}') }, options).valid).toBe(false);
      }
    }
  });
});

/** Libraries decode bytes as UTF-8 before they sign, which changes those that are not; HMAC over the bytes is the rule. */
function signAsBytes(sign: (body: Buffer) => Record<string, string>, bytes: Buffer): Record<string, string> {
  const headers = sign(bytes);
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).update(bytes);
  if (headers['stripe-signature'] !== undefined) {
    return { 'stripe-signature': `t=${NOW_S},v1=${mac(stripe.secret, `${NOW_S}.`).digest('hex')}` };
  }
  for (const family of ['webhook', 'svix']) {
    const id = headers[`${family}-id`];
    if (id === undefined) continue;
    const key = Buffer.from(clerk.secret.slice('whsec_'.length), 'base64');
    return { ...headers, [`${family}-signature`]: `v1,${mac(key, `${id}.${NOW_S}.`).digest('base64')}` };
  }
  return headers;
}

/** Schemes of every shape with a symmetric key, not only those that exist. */
const token = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const place = (header: string): fc.Arbitrary<HeaderValue> =>
  fc.record({ header: fc.constant(header), prefix: token.map((text) => `${text}=`) });
const part: fc.Arbitrary<SignedPart> = fc.oneof(
  fc.constantFrom<SignedPart>('timestamp', 'id', 'body', 'url', 'crc32'),
  fc.string({ minLength: 1, maxLength: 20 }).map((text) => ({ text })),
);
const anyScheme: fc.Arbitrary<WebhookScheme> = fc
  .record({
    algorithm: fc.constantFrom('hmac-sha256' as const, 'hmac-sha1' as const),
    encoding: fc.constantFrom('hex' as const, 'base64' as const),
    at: place('x-signature'),
    timestampAt: place('x-timestamp'),
    idAt: place('x-id'),
    signed: fc.array(part, { maxLength: 5 }),
  })
  .map(({ algorithm, encoding, at, timestampAt, idAt, signed }) => ({
    signatures: [{ algorithm, key: 'utf8', encoding, at: [at] }],
    signed: [...signed, 'body'],
    timestamp: { at: [timestampAt], toleranceS: 60 },
    id: [idAt],
    event: { id: [], type: [] },
  }));

const URL_TEXT = 'https://example.com/hooks?a=1';

describe('any scheme', () => {
  it('verifies what it signs, and signs the parts in order', () => {
    const property = fc.property(anyScheme, body, fc.string({ minLength: 1 }), (scheme, bytes, secret) => {
      const delivered = Buffer.from(bytes);
      const input = { body: delivered, secret, timestampMs: NOW_MS, id: 'msg-1', url: URL_TEXT };
      const { headers } = signWebhook(scheme, input);
      const options = { secrets: [{ name: 'A', value: secret }], nowMs: NOW_MS };
      expect(verifySignature(scheme, { headers, body: delivered, url: URL_TEXT }, options).reason).toBe('ok');
      expect(webhookScheme.parse(scheme)).toEqual(scheme);

      const values = { timestamp: String(NOW_S), id: 'msg-1', url: URL_TEXT, crc32: String(crc32(delivered)) };
      const parts = scheme.signed.map((item) => {
        if (item === 'body') return delivered;
        return Buffer.from(typeof item === 'object' ? item.text : values[item as keyof typeof values]);
      });
      const [method] = scheme.signatures;
      const mac = createHmac(method.algorithm === 'hmac-sha1' ? 'sha1' : 'sha256', secret)
        .update(Buffer.concat(parts))
        .digest(method.encoding === 'hex' ? 'hex' : 'base64');
      const [at] = method.at;
      expect(headers['x-signature']).toBe(`${'prefix' in at ? at.prefix : ''}${mac}`);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
