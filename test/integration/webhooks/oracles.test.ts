import { sign as signGithub, verify as verifyGithub } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import twilio from 'twilio';
import { describe, expect, it, vi } from 'vitest';
import { githubWebhook } from '../../../src/integrations/github/webhook.ts';
import { stripeWebhook } from '../../../src/integrations/stripe/webhook.ts';
import { twilioWebhook } from '../../../src/integrations/twilio/webhook.ts';
import { parseBody } from '../../../src/webhooks/raw-body.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { standardWebhooks } from '../../../src/webhooks/standard-webhooks.ts';
import { verifySignature } from '../../../src/webhooks/verify.ts';
import { PATIENCE_MS, runs } from '../../support/full-counts.ts';

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

  it('agrees on headers and bodies of every kind', { timeout: PATIENCE_MS }, () => {
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
    fc.assert(property, { numRuns: runs(40_000, 2000) });
    expect(valid).toBeGreaterThan(200);
  });

  it('accepts what we sign', () => {
    const event = JSON.stringify({ id: 'evt_1', object: 'event', type: 'charge.refunded', data: { object: {} } });
    const { headers } = signWebhook(stripeWebhook, { body: Buffer.from(event), secret, timestampMs: NOW_S * 1000 });
    expect(accepts(headers['stripe-signature'] ?? '', event)).toBe(true);
    expect(accepts(headers['stripe-signature'] ?? '', `${event} `)).toBe(false);
  });
});

describe('@octokit/webhooks-methods as oracle', () => {
  it('agrees on signatures and bodies of every kind', { timeout: PATIENCE_MS }, async () => {
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
    await fc.assert(property, { numRuns: runs(20_000, 500) });
  });

  it('accepts what we sign', async () => {
    const { headers } = signWebhook(githubWebhook, { body: Buffer.from('{"zen":"ü"}'), secret, timestampMs: 0 });
    expect(await verifyGithub(secret, '{"zen":"ü"}', headers['x-hub-signature-256'] ?? '')).toBe(true);
  });
});

describe('standardwebhooks as oracle', () => {
  const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const library = new Webhook(key);
  const standard = { ...options, secrets: [{ name: 'HOOK_SECRET', value: key }] };

  function accepts(body: string, headers: Record<string, string>): boolean {
    try {
      library.verify(body, headers, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Not generated, because the library is wrong there: timestamps with a tail (read with parseInt); an entry of the list without a
   * comma beside a good one (it throws); an empty body (it answers undefined, which is no disagreement).
   */
  const entry = fc.oneof(
    { weight: 3, arbitrary: fc.constant('good') },
    { weight: 2, arbitrary: fc.constantFrom('v1,', 'v2,AAAA', 'v1a,AAAA', 'v1,g0hM9', ',') },
    { weight: 1, arbitrary: fc.base64String({ maxLength: 60 }).map((text) => `v1,${text}`) },
  );

  it('agrees on headers and bodies of every kind', { timeout: PATIENCE_MS }, () => {
    vi.useFakeTimers({ now: NOW_S * 1000, toFake: ['Date'] });
    let valid = 0;
    const property = fc.property(
      fc.array(entry, { minLength: 1, maxLength: 5 }),
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.stringMatching(/^[\w.-]{1,40}$/),
      fc.integer({ min: -320, max: 320 }),
      fc.boolean(),
      (entries, text, id, offset, tamper) => {
        const timestamp = NOW_S + offset;
        const good = library.sign(id, new Date(timestamp * 1000), text);
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': entries.map((item) => (item === 'good' ? good : item)).join(' '),
        };
        const received = tamper ? `${text} ` : text;
        const ours = verifySignature(standardWebhooks, { headers, body: Buffer.from(received) }, standard).valid;
        if (ours) valid += 1;
        expect(ours).toBe(accepts(received, headers));
      },
    );
    try {
      fc.assert(property, { numRuns: runs(20_000, 1000) });
    } finally {
      vi.useRealTimers();
    }
    expect(valid).toBeGreaterThan(100);
  });

  it('accepts what we sign', () => {
    vi.useFakeTimers({ now: NOW_S * 1000, toFake: ['Date'] });
    try {
      const body = Buffer.from('{"type":"user.created"}');
      const signed = signWebhook(standardWebhooks, { body, secret: key, timestampMs: NOW_S * 1000 });
      expect(accepts(body.toString(), signed.headers)).toBe(true);
      expect(accepts(`${body} `, signed.headers)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('twilio as oracle', () => {
  const token = '12345abcde67890fghij';
  const withToken = { ...options, secrets: [{ name: 'HOOK_SECRET', value: token }] };

  /** Names that JavaScript sorts before all others (whole numbers) or sets as a prototype are read differently by the library. */
  const name = fc.stringMatching(/^[A-Za-z_.]{1,12}$/).filter((text) => text !== '__proto__');
  const value = fc.string({ unit: 'grapheme', maxLength: 12 });
  const params = fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })), { maxKeys: 6 });
  const url = fc
    .record({
      scheme: fc.constantFrom('http://', 'https://'),
      user: fc.constantFrom('', 'user@', 'user:pass@'),
      host: fc.constantFrom('example.com', 'EXAMPLE.com', '127.0.0.1', '[::1]'),
      port: fc.constantFrom('', ':80', ':443', ':8443'),
      path: fc.constantFrom('', '/', '/hook', '/a b', "/it's", '/%7Ehook'),
      query: fc.constantFrom('', '?', '?a=1', "?Body=It's+amazing", '?a=1&a=2', '?x=%20y', '?a=b c', '?ü=1'),
    })
    .map(({ scheme, user, host, port, path, query }) => scheme + user + host + port + path + query);
  const port = fc.constantFrom('', ':80', ':443', ':8443');

  it('agrees on forms and URLs, ports added and removed', { timeout: PATIENCE_MS }, () => {
    let valid = 0;
    const property = fc.property(params, url, port, fc.boolean(), (fields, signedUrl, otherPort, tamper) => {
      const signature = twilio.getExpectedTwilioSignature(token, signedUrl, fields);
      const receivedUrl = signedUrl.replace(/(\/\/[^/?]*?)(:\d+)?(?=[/?]|$)/, `$1${otherPort}`);
      const received = tamper ? { ...fields, Added: '1' } : fields;
      const delivery = {
        headers: { 'x-twilio-signature': signature },
        body: parseBody({ params: received }),
        url: receivedUrl,
      };
      const ours = verifySignature(twilioWebhook, delivery, withToken).valid;
      if (ours) valid += 1;
      expect(ours).toBe(twilio.validateRequest(token, signature, receivedUrl, received));
    });
    fc.assert(property, { numRuns: runs(20_000, 600) });
    expect(valid).toBeGreaterThan(50);
  });

  it('accepts what we sign: a form, and JSON by its digest', () => {
    const target = 'https://example.com/hooks?a=1';
    const fields = { To: '+18005551212', Body: "It's <ok> & + ü" };
    const form = signWebhook(twilioWebhook, {
      body: parseBody({ params: fields }),
      secret: token,
      timestampMs: 0,
      url: target,
    });
    expect(twilio.validateRequest(token, form.headers['x-twilio-signature'] ?? '', target, fields)).toBe(true);
    const json = signWebhook(twilioWebhook, {
      body: Buffer.from('{"a":1}'),
      secret: token,
      timestampMs: 0,
      url: target,
    });
    const signature = json.headers['x-twilio-signature'] ?? '';
    expect(twilio.validateRequestWithBody(token, signature, json.url ?? '', '{"a":1}')).toBe(true);
    expect(twilio.validateRequestWithBody(token, signature, json.url ?? '', '{"a":2}')).toBe(false);
  });
});
