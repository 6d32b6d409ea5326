import { createHmac, timingSafeEqual } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WebhookHeaders } from '../../../src/webhooks/delivery.ts';
import { diagnose } from '../../../src/webhooks/diagnose.ts';
import type { HeaderValue, SignedPart, WebhookScheme } from '../../../src/webhooks/scheme.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { verifyDelivery, verifySignature } from '../../../src/webhooks/verify.ts';
import { NOW_MS, NOW_S, samples, schemes } from './deliveries.ts';

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
const names = [...schemes.values()].flatMap(({ signatures, timestamp }) => [
  ...signatures.map(({ at }) => at.header),
  ...(timestamp === undefined ? [] : [timestamp.at.header]),
]);
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
  it.each(samples)('$provider: never throws, never accepts, always explains', ({ scheme, secret }) => {
    const secrets = [{ name: 'HOOK_SECRET', value: secret }];
    const property = fc.property(headersOf, body, (headers, bytes) => {
      const delivery = { headers, body: Buffer.from(bytes) };
      const verdict = verifyDelivery(scheme, delivery, { secrets, nowMs: NOW_MS });
      expect(verdict.valid).toBe(false);
      const findings = diagnose(scheme, delivery, { secrets, nowMs: NOW_MS, otherSecrets: [], schemes });
      expect(findings.length).toBeGreaterThan(0);
      expect(JSON.stringify([verdict, findings])).not.toContain(secret);
    });
    fc.assert(property, { numRuns: 400 });
  });

  it.each(samples)('$provider: one changed byte anywhere is refused', ({ scheme, secret, sign }) => {
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
        expect(verifySignature(scheme, { headers, body: text }, { secrets, nowMs: NOW_MS }).valid).toBe(true);
        expect(verifySignature(scheme, { headers, body: changed }, { secrets, nowMs: NOW_MS }).reason).toBe(
          'signature_mismatch',
        );
      },
    );
    fc.assert(property, { numRuns: 150 });
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

/** Stripe's library decodes bytes as UTF-8 before it signs, which changes those that are not; HMAC over the bytes is the rule. */
function signAsBytes(sign: (body: Buffer) => Record<string, string>, bytes: Buffer): Record<string, string> {
  const headers = sign(bytes);
  if (headers['stripe-signature'] === undefined) return headers;
  const mac = createHmac('sha256', samples[0]?.secret ?? '')
    .update(`${NOW_S}.`)
    .update(bytes)
    .digest('hex');
  return { 'stripe-signature': `t=${NOW_S},v1=${mac}` };
}

/** Schemes of every shape that the types allow, not only the four that exist. */
const token = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const place = (header: string): fc.Arbitrary<HeaderValue> =>
  fc.record({ header: fc.constant(header), prefix: token.map((text) => `${text}=`) });
const part: fc.Arbitrary<SignedPart> = fc.oneof(
  fc.constantFrom<SignedPart>('timestamp', 'body'),
  fc.string().map((text) => ({ text })),
);
const anyScheme: fc.Arbitrary<WebhookScheme> = fc
  .record({
    algorithm: fc.constantFrom('hmac-sha256' as const, 'hmac-sha1' as const),
    encoding: fc.constantFrom('hex' as const, 'base64' as const),
    at: place('x-signature'),
    timestampAt: place('x-timestamp'),
    signed: fc.array(part, { maxLength: 5 }),
  })
  .map(({ algorithm, encoding, at, timestampAt, signed }) => ({
    signatures: [{ algorithm, key: 'utf8', encoding, at }],
    signed: [...signed, 'body'],
    timestamp: { at: timestampAt, toleranceS: 60 },
    event: { id: [], type: [] },
  }));

describe('any scheme', () => {
  it('verifies what it signs, and signs the parts in order', () => {
    const property = fc.property(anyScheme, body, fc.string({ minLength: 1 }), (scheme, bytes, secret) => {
      const delivered = Buffer.from(bytes);
      const headers = signWebhook(scheme, { body: delivered, secret, timestampMs: NOW_MS });
      const options = { secrets: [{ name: 'A', value: secret }], nowMs: NOW_MS };
      expect(verifySignature(scheme, { headers, body: delivered }, options).reason).toBe('ok');

      const parts = scheme.signed.map((item) => {
        if (item === 'body') return delivered;
        return Buffer.from(item === 'timestamp' ? String(NOW_S) : item.text);
      });
      const [{ algorithm, encoding, at }] = scheme.signatures;
      const hash = algorithm === 'hmac-sha1' ? 'sha1' : 'sha256';
      const mac = createHmac(hash, secret).update(Buffer.concat(parts)).digest(encoding);
      expect(timingSafeEqual(Buffer.from(headers['x-signature'] ?? ''), Buffer.from(`${at.prefix}${mac}`))).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
