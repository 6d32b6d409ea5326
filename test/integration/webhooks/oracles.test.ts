import { sign as signGithub, verify as verifyGithub } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { githubWebhook } from '../../../src/integrations/github/webhook.ts';
import { stripeWebhook } from '../../../src/integrations/stripe/webhook.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { verifySignature } from '../../../src/webhooks/verify.ts';

const NOW_S = 1_790_000_000;
const secret = 'whsec_0f8fad5bd9cb469fa16570867728950e';
const options = { secrets: [{ name: 'HOOK_SECRET', value: secret }], nowMs: NOW_S * 1000 };

describe('the stripe package as oracle', () => {
  const { webhooks } = new Stripe('sk_test_unused');

  function accepts(header: string, body: string): boolean {
    try {
      return webhooks.signature?.verifyHeader(body, header, secret, 300, undefined, NOW_S * 1000) ?? false;
    } catch {
      return false;
    }
  }

  /** The library throws on these, also beside a good signature, and so refuses what is genuine. */
  const crashing = ['v1=', 'v1', `v1=${'é'.repeat(64)}`];

  /**
   * Not generated, because the library is wrong there: timestamps in the future (accepted however far), with a tail (read with
   * parseInt) or repeated (the last wins); a byte order mark (dropped before signing); an empty body (refused although signed);
   * blanks between entries (HTTP lists allow them).
   */
  const entry = fc.oneof(
    { weight: 4, arbitrary: fc.constant('good') },
    { weight: 2, arbitrary: fc.constantFrom(...crashing, 'v0=00', 'x=y', '', `v1=${'0'.repeat(64)}`) },
    { weight: 1, arbitrary: fc.stringMatching(/^v1=[0-9a-f]{60,66}$/) },
  );
  const body = fc
    .oneof(fc.json(), fc.string({ unit: 'grapheme', minLength: 1 }))
    .filter((text) => !text.startsWith('\ufeff'));

  it('agrees on headers and bodies of every kind', () => {
    let valid = 0;
    const property = fc.property(
      fc.array(entry, { maxLength: 5 }),
      body,
      fc.integer({ min: -320, max: 0 }),
      fc.boolean(),
      (entries, text, offset, tamper) => {
        const timestamp = NOW_S + offset;
        const good = webhooks.generateTestHeaderString({ payload: text, secret, timestamp }).split(',')[1] ?? '';
        const header = [`t=${timestamp}`, ...entries.map((item) => (item === 'good' ? good : item))].join(',');
        const received = tamper ? `${text} ` : text;
        const delivery = { headers: { 'stripe-signature': header }, body: Buffer.from(received) };
        const ours = verifySignature(stripeWebhook, delivery, options).valid;
        if (ours) valid += 1;
        if (entries.some((item) => crashing.includes(item)))
          expect(ours).toBe(entries.includes('good') && !tamper && offset >= -300);
        else expect(ours).toBe(accepts(header, received));
      },
    );
    fc.assert(property, { numRuns: 3000 });
    expect(valid).toBeGreaterThan(300);
  });

  it('accepts what we sign', () => {
    const event = JSON.stringify({ id: 'evt_1', object: 'event', type: 'charge.refunded', data: { object: {} } });
    const headers = signWebhook(stripeWebhook, { body: Buffer.from(event), secret, timestampMs: NOW_S * 1000 });
    expect(accepts(headers['stripe-signature'] ?? '', event)).toBe(true);
    expect(accepts(headers['stripe-signature'] ?? '', `${event} `)).toBe(false);
  });
});

describe('@octokit/webhooks-methods as oracle', () => {
  it('agrees on signatures and bodies of every kind', async () => {
    const property = fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.oneof(fc.constant('good'), fc.stringMatching(/^sha256=[0-9a-f]{62,66}$/), fc.constantFrom('sha1=00', 'foo')),
      fc.boolean(),
      async (text, kind, tamper) => {
        const header = kind === 'good' ? await signGithub(secret, text) : kind;
        const received = tamper ? `${text}\n` : text;
        const delivery = { headers: { 'x-hub-signature-256': header }, body: Buffer.from(received) };
        const theirs = await verifyGithub(secret, received, header);
        expect(verifySignature(githubWebhook, delivery, options).valid).toBe(theirs);
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });

  it('accepts what we sign', async () => {
    const headers = signWebhook(githubWebhook, { body: Buffer.from('{"zen":"ü"}'), secret, timestampMs: 0 });
    expect(await verifyGithub(secret, '{"zen":"ü"}', headers['x-hub-signature-256'] ?? '')).toBe(true);
  });
});
