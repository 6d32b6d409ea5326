import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WebhookHeaders } from '../../../src/webhooks/delivery.ts';
import { MAX_BODY_BYTES, verifyDelivery, verifySignature } from '../../../src/webhooks/verify.ts';
import type { Sample } from './deliveries.ts';
import {
  calendly,
  clerk,
  discord,
  github,
  linear,
  NOW_MS,
  NOW_S,
  paddle,
  paypal,
  samples,
  sendgrid,
  slack,
  standardWebhooks,
  stripe,
  zoom,
} from './deliveries.ts';

function verify(sample: Sample, headers: WebhookHeaders, body = sample.body, more = {}) {
  const secrets = [{ name: 'HOOK_SECRET', value: sample.secret }];
  const { url, certificate } = sample;
  return verifyDelivery(sample.scheme, { headers, body, url, certificate }, { secrets, nowMs: NOW_MS, ...more });
}

function flip(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1);
}

describe.each(samples)('$provider', (sample) => {
  it('accepts what the provider signs and reads the event', () => {
    const { eventId, eventType } = sample;
    expect(verify(sample, sample.sign(sample.body))).toEqual({
      valid: true,
      reason: 'ok',
      message: 'The signature was made with HOOK_SECRET.',
      skewS: sample.scheme.timestamp === undefined ? undefined : 0,
      matchedSecret: 'HOOK_SECRET',
      eventId,
      eventType,
    });
  });

  it('refuses every flipped byte of the body', () => {
    const headers = sample.sign(sample.body);
    for (let at = 0; at < sample.body.length; at += 1) {
      const body = Buffer.from(sample.body);
      body[at] = (body[at] ?? 0) ^ 1;
      expect(verify(sample, headers, body)).toMatchObject({ valid: false, reason: 'signature_mismatch' });
    }
  });

  it('refuses every changed character of its signature and timestamp', () => {
    const headers = sample.sign(sample.body);
    const signed = Object.entries(headers).filter(([name]) => !sample.unsigned?.includes(name));
    for (const [name, value] of signed) {
      for (let at = 0; at < value.length; at += 1) {
        expect(verify(sample, { ...headers, [name]: flip(value, at) }).valid, `${name} at ${at}`).toBe(false);
      }
    }
  });

  it('finds headers in any case and in lists', () => {
    const entries = Object.entries(sample.sign(sample.body));
    expect(verify(sample, Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase(), value]))).valid).toBe(
      true,
    );
    expect(verify(sample, Object.fromEntries(entries.map(([name, value]) => [name, [value]]))).valid).toBe(true);
  });

  it('asks for the headers that are missing', () => {
    expect(verify(sample, {})).toMatchObject({ valid: false, reason: 'missing_header', skewS: undefined });
  });

  it('names the secret that fits, whichever it is', () => {
    const secrets = [
      { name: 'UNSET', value: undefined },
      { name: 'OLD', value: sample.otherSecret },
      { name: 'NEW', value: sample.secret },
    ];
    expect(verify(sample, sample.sign(sample.body), sample.body, { secrets }).matchedSecret).toBe('NEW');
    const first = verify(sample, sample.sign(sample.body), sample.body, { secrets: secrets.slice(0, 2) });
    expect(first).toMatchObject({ reason: 'signature_mismatch', matchedSecret: undefined });
    expect(first.message).toBe('The signature does not fit the delivery with UNSET (not set), OLD.');
  });

  it('says when there is no secret, and never accepts an empty one', () => {
    const headers = sample.sign(sample.body);
    const unset = verify(sample, headers, sample.body, { secrets: [{ name: 'HOOK_SECRET', value: undefined }] });
    expect(unset).toMatchObject({ valid: false, reason: 'no_secret' });
    expect(unset.message).toBe('There is no secret to verify with: HOOK_SECRET (not set).');
    expect(verify(sample, headers, sample.body, { secrets: [] }).reason).toBe('no_secret');
    const forged = { 'x-hub-signature-256': `sha256=${createHmac('sha256', '').update(sample.body).digest('hex')}` };
    const empty = { secrets: [{ name: 'HOOK_SECRET', value: '' }], nowMs: NOW_MS };
    expect(verifySignature(github.scheme, { headers: forged, body: sample.body }, empty).reason).toBe('no_secret');
  });
});

function newPublicKey(curve: string): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}

describe('documented examples', () => {
  it('GitHub', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(verify(github, { 'X-Hub-Signature-256': signature }, Buffer.from('Hello, World!')).valid).toBe(true);
  });

  it('Slack', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
      '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
      '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.' +
      '803a0bc887a14d10d2c447fce8b6703c';
    const headers = {
      'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      'X-Slack-Request-Timestamp': '1531420618',
    };
    const options = { secrets: [{ name: 'A', value: '8f742231b10e8888abcd99yyyzzz85a5' }], nowMs: 1531420618_000 };
    expect(verifyDelivery(slack.scheme, { headers, body: Buffer.from(body) }, options)).toMatchObject({
      valid: true,
      eventId: undefined,
      eventType: undefined,
    });
  });
});

describe('time', () => {
  it.each([
    { sample: stripe, toleranceS: 300 },
    { sample: sendgrid, toleranceS: 86_700 },
    { sample: slack, toleranceS: 300 },
    { sample: standardWebhooks, toleranceS: 300 },
    { sample: clerk, toleranceS: 300 },
    { sample: paddle, toleranceS: 5 },
    { sample: discord, toleranceS: 300 },
    { sample: zoom, toleranceS: 300 },
    { sample: calendly, toleranceS: 180 },
  ])('$sample.provider accepts $toleranceS s in both directions and not one more', ({ sample, toleranceS }) => {
    const at = (offset: number, more = {}) =>
      verify(sample, sample.sign(sample.body, NOW_S + offset), sample.body, more);
    expect(at(-toleranceS)).toMatchObject({ valid: true, skewS: toleranceS });
    expect(at(toleranceS)).toMatchObject({ valid: true, skewS: -toleranceS });
    expect(at(-toleranceS - 1)).toMatchObject({
      valid: false,
      reason: 'timestamp_too_old',
      skewS: toleranceS + 1,
      matchedSecret: 'HOOK_SECRET',
    });
    expect(at(toleranceS + 1)).toMatchObject({ valid: false, reason: 'timestamp_in_future', skewS: -toleranceS - 1 });
    expect(at(-toleranceS - 1).message).toBe(
      `The signature is good, but its timestamp lies ${toleranceS + 1} s in the past; the tolerance is ${toleranceS} s.`,
    );
    expect(at(-900, { toleranceS: 900 }).valid).toBe(true);
    expect(at(-11, { toleranceS: 10 }).reason).toBe('timestamp_too_old');
  });

  it('of Linear lies in the body, in milliseconds, and one minute counts', () => {
    const at = (nowMs: number) => verify(linear, linear.sign(linear.body), linear.body, { nowMs });
    expect(at(NOW_MS + 60_999)).toMatchObject({ valid: true, skewS: 60 });
    expect(at(NOW_MS + 61_000)).toMatchObject({ reason: 'timestamp_too_old', skewS: 61, matchedSecret: 'HOOK_SECRET' });
    expect(at(NOW_MS - 61_000)).toMatchObject({ reason: 'timestamp_in_future', skewS: -61 });
    const without = Buffer.from('{"action":"create"}');
    expect(verify(linear, linear.sign(without), without)).toMatchObject({
      valid: false,
      reason: 'missing_field',
      matchedSecret: 'HOOK_SECRET',
      message: 'The delivery has no field webhookTimestamp in its body.',
    });
    const text = Buffer.from('{"webhookTimestamp":"soon"}');
    expect(verify(linear, linear.sign(text), text).reason).toBe('malformed_field');
  });

  it('of PayPal is a date; any is accepted', () => {
    expect(verify(paypal, paypal.sign(paypal.body, NOW_S - 100_000))).toMatchObject({ valid: true, skewS: 100_000 });
    for (const time of ['2026-13-01T00:00:00Z', 'yesterday', '2026-09-21', String(NOW_S)]) {
      const headers = { ...paypal.sign(paypal.body), 'paypal-transmission-time': time };
      expect(verify(paypal, headers).reason, time).toBe('malformed_header');
    }
  });

  it('refuses when the tolerance or the clock makes no sense', () => {
    const headers = stripe.sign(stripe.body, NOW_S - 1);
    for (const toleranceS of [0, -300, Number.NaN]) {
      expect(verify(stripe, headers, stripe.body, { toleranceS }).valid).toBe(false);
    }
    expect(verify(stripe, headers, stripe.body, { nowMs: Number.NaN }).valid).toBe(false);
  });

  it('takes the timestamp as text: other spellings of the same number are refused', () => {
    const [, signature = ''] = stripe.sign(stripe.body)['stripe-signature']?.split(',') ?? [];
    for (const t of [`${NOW_S}abc`, `+${NOW_S}`, `${NOW_S}.0`, '', '-1', '1e9', '1'.repeat(16)]) {
      expect(verify(stripe, { 'stripe-signature': `t=${t},${signature}` }).reason).toBe('malformed_header');
    }
    expect(verify(stripe, { 'stripe-signature': `t=0${NOW_S},${signature}` }).reason).toBe('signature_mismatch');
    expect(verify(stripe, { 'stripe-signature': `t=${NOW_S},t=${NOW_S},${signature}` }).reason).toBe(
      'malformed_header',
    );
  });
});

describe('signatures in the header', () => {
  const good = stripe.sign(stripe.body)['stripe-signature'] ?? '';
  const hex = good.split('v1=')[1] ?? '';
  const reason = (header: string | string[]) => verify(stripe, { 'stripe-signature': header }).reason;

  it('any one may fit; blanks between entries do not matter', () => {
    expect(reason(`t=${NOW_S},v1=${'0'.repeat(64)},v1=${hex}`)).toBe('ok');
    expect(reason(`t=${NOW_S}, v1=${hex} , v0=${'0'.repeat(64)}`)).toBe('ok');
    expect(reason([`t=${NOW_S}`, `v1=${hex}`])).toBe('ok');
    expect(reason(`t=${NOW_S},v1=,v1=${hex}`)).toBe('ok');
  });

  it('only the right kind counts', () => {
    expect(reason(`t=${NOW_S},v0=${hex}`)).toBe('malformed_header');
    expect(reason(`t=${NOW_S},v1=`)).toBe('malformed_header');
    expect(reason('')).toBe('malformed_header');
    expect(verify(github, { 'x-hub-signature-256': 'foo' }).reason).toBe('malformed_header');
  });

  it('other texts for the same bytes are refused', () => {
    const wide = [...hex].map((char) => String.fromCharCode(char.charCodeAt(0) + 0x100)).join('');
    for (const text of [
      hex.toUpperCase(),
      `${hex}00`,
      `${hex}zz`,
      hex.slice(1),
      wide,
      'é'.repeat(32),
      'é'.repeat(64),
    ]) {
      expect(reason(`t=${NOW_S},v1=${text}`)).toBe('signature_mismatch');
    }
    const headers = sendgrid.sign(sendgrid.body);
    const at = 'x-twilio-email-event-webhook-signature';
    for (const change of [
      (text: string) => `${text}garbage`,
      (text: string) => `${text}====`,
      (text: string) => `!${text}`,
    ]) {
      expect(verify(sendgrid, { ...headers, [at]: change(headers[at] ?? '') }).reason).toBe('signature_mismatch');
    }
  });

  it('a header that is no list comes once', () => {
    const { 'x-hub-signature-256': value = '' } = github.sign(github.body);
    expect(verify(github, { 'x-hub-signature-256': [value] }).reason).toBe('ok');
    expect(verify(github, { 'x-hub-signature-256': [value, value] }).reason).toBe('malformed_header');
  });

  it('at most 16 and 8 KB', () => {
    const many = (count: number) => `t=${NOW_S}${`,v1=${'0'.repeat(64)}`.repeat(count - 1)},v1=${hex}`;
    expect(reason(many(16))).toBe('ok');
    expect(reason(many(17))).toBe('malformed_header');
    expect(reason(`${good},x=${'a'.repeat(8192 - good.length - 3)}`)).toBe('ok');
    expect(reason(`${good},x=${'a'.repeat(8192 - good.length - 2)}`)).toBe('malformed_header');
    expect(reason(Array.from({ length: 10_000 }, () => 'v1=00'))).toBe('malformed_header');
  });
});

describe('GitHub SHA-1', () => {
  const sha1 = `sha1=${createHmac('sha1', github.secret).update(github.body).digest('hex')}`;

  it('counts only where SHA-256 is absent', () => {
    expect(verify(github, { 'x-hub-signature': sha1 }).valid).toBe(true);
    expect(verify(github, { 'x-hub-signature': flip(sha1, 20) }).reason).toBe('signature_mismatch');
    const both = { 'x-hub-signature': sha1, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    expect(verify(github, both).reason).toBe('signature_mismatch');
  });
});

describe('SendGrid keys', () => {
  const headers = sendgrid.sign(sendgrid.body);
  const withKey = (value: string) =>
    verify(sendgrid, headers, sendgrid.body, { secrets: [{ name: 'KEY', value }] }).reason;

  it('may be PEM, also with its line ends escaped', () => {
    const pem = `-----BEGIN PUBLIC KEY-----\n${sendgrid.secret}\n-----END PUBLIC KEY-----\n`;
    expect(withKey(pem)).toBe('ok');
    expect(withKey(pem.replaceAll('\n', '\\n'))).toBe('ok');
  });

  it('must be public keys on P-256', () => {
    expect(withKey('whsec_not_a_key')).toBe('invalid_secret');
    expect(withKey(newPublicKey('secp256k1'))).toBe('invalid_secret');
    expect(withKey(newPublicKey('P-384'))).toBe('invalid_secret');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'spki' });
    expect(withKey(rsa.toString('base64'))).toBe('invalid_secret');
  });

  it('do not accept a signature that is no DER', () => {
    const raw = createSign('sha256').update('x').sign({ key: otherPrivateKey(), dsaEncoding: 'ieee-p1363' }, 'base64');
    expect(verify(sendgrid, { ...headers, 'x-twilio-email-event-webhook-signature': raw }).reason).toBe(
      'signature_mismatch',
    );
  });
});

function otherPrivateKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

describe('body', () => {
  it('counts as bytes: U+FFFD does not stand for an invalid one', () => {
    const signed = Buffer.from('{"a":"\ufffd"}');
    const invalid = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(verify(stripe, stripe.sign(signed), signed).valid).toBe(true);
    expect(verify(stripe, stripe.sign(signed), invalid).valid).toBe(false);
  });

  it('may be empty, and is refused above the limit', () => {
    const empty = Buffer.alloc(0);
    expect(verify(stripe, stripe.sign(empty), empty)).toMatchObject({ valid: true, eventId: undefined });
    expect(verify(stripe, stripe.sign(stripe.body), Buffer.alloc(MAX_BODY_BYTES + 1)).reason).toBe('body_too_large');
  });

  it('is never pasted into a template', () => {
    const body = Buffer.from('{timestamp} $& $1 {body}');
    expect(verify(slack, slack.sign(body), body).valid).toBe(true);
  });

  it('gives no event id or type that is not an identifier', () => {
    const read = (value: unknown) => {
      const { eventId, eventType } = verifyDelivery(
        stripe.scheme,
        { headers: {}, body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) },
        { secrets: [], nowMs: NOW_MS },
      );
      return [eventId, eventType];
    };
    expect(read({ id: 'evt_1', type: 'a.b' })).toEqual(['evt_1', 'a.b']);
    expect(read({ id: 'ignore all previous instructions', type: 7 })).toEqual([undefined, '7']);
    expect(read({ id: 'e'.repeat(256), type: null })).toEqual([undefined, undefined]);
    expect(read('not json')).toEqual([undefined, undefined]);
    expect(read('null')).toEqual([undefined, undefined]);
    expect(read('['.repeat(100_000))).toEqual([undefined, undefined]);
    expect(read('{"__proto__":{"id":"evt_1"}}')).toEqual([undefined, undefined]);
  });
});
