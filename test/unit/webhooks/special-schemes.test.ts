import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/webhooks/delivery.ts';
import { parseBody } from '../../../src/webhooks/raw-body.ts';
import { webhookScheme } from '../../../src/webhooks/scheme.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { verifyDelivery } from '../../../src/webhooks/verify.ts';
import { clerk, github, NOW_MS, NOW_S, samples, schemeOf, schemes, standardWebhooks } from './deliveries.ts';

function verify(provider: string, secret: string, delivery: Delivery, nowMs = NOW_MS) {
  return verifyDelivery(schemeOf(provider), delivery, { secrets: [{ name: 'HOOK_SECRET', value: secret }], nowMs });
}

const hmac = (hash: string, key: string, text: string) => createHmac(hash, key).update(text);

describe('Twilio', () => {
  const secret = '12345';
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const params = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  };
  // The example of https://www.twilio.com/docs/usage/security#validating-requests
  const headers = { 'X-Twilio-Signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', 'I-Twilio-Idempotency-Token': 'tok-1' };
  const body = parseBody({ params });

  it('signs the URL and the sorted fields', () => {
    expect(verify('twilio', secret, { headers, body, url })).toMatchObject({ valid: true, eventId: 'tok-1' });
    const reversed = parseBody({ params: Object.fromEntries(Object.entries(params).reverse()) });
    expect(verify('twilio', secret, { headers, body: reversed, url }).valid).toBe(true);
    expect(verify('twilio', secret, { headers, body: Buffer.from(`${body}&More=1`), url }).reason).toBe(
      'signature_mismatch',
    );
    expect(verify('twilio', secret, { headers, body }).reason).toBe('missing_url');
  });

  it('counts a repeated value once, and its values sorted', () => {
    const text = `${url}Digits1234Digits5678SidCA1`;
    const signature = hmac('sha1', secret, text).digest('base64');
    const repeated = parseBody({ params: { Sid: 'CA1', Digits: ['5678', '1234', '1234'] } });
    expect(verify('twilio', secret, { headers: { 'x-twilio-signature': signature }, body: repeated, url }).valid).toBe(
      true,
    );
  });

  it.each([
    ['https://mycompany.com:443/myapp.php?foo=1&bar=2', true],
    ['https://mycompany.com:8443/myapp.php?foo=1&bar=2', true],
    ['https://mycompany.com/myapp.php?foo=1&bar=2#x', false],
    ['http://mycompany.com/myapp.php?foo=1&bar=2', false],
    ['https://mycompany.com/myapp.php/?foo=1&bar=2', false],
    ['https://user@mycompany.com/myapp.php?foo=1&bar=2', false],
    ['mycompany.com/myapp.php?foo=1&bar=2', false],
    ['', false],
  ])('any port of the URL counts, nothing else: %s', (other, valid) => {
    expect(verify('twilio', secret, { headers, body, url: other }).valid).toBe(valid);
  });

  it.each([
    ['https://example.com/a%20b', 'https://example.com/a b'],
    ['https://example.com:443/a%20b', 'https://example.com/a b'],
    ['https://example.com/?Body=It%27s+fine', "https://example.com/?Body=It's+fine"],
    ["https://example.com/?Body=It's%20fine", "https://example.com/?Body=It's+fine"],
    ["https://example.com:443/?Body=It's%20fine", "https://example.com/?Body=It's+fine"],
  ])('special characters may have been encoded when it was signed: %s', (signedUrl, given) => {
    const headers = { 'x-twilio-signature': hmac('sha1', secret, signedUrl).digest('base64') };
    expect(verify('twilio', secret, { headers, body: Buffer.alloc(0), url: given }).valid).toBe(true);
    expect(verify('twilio', secret, { headers, body: Buffer.alloc(0), url: `${given}x` }).valid).toBe(false);
  });

  it('signs JSON by its digest in the URL', () => {
    const json = Buffer.from('{"property": "value", "boolean": true}');
    const withDigest = `${url}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;
    const delivery = { headers: { 'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=' }, body: json, url: withDigest };
    expect(verify('twilio', secret, delivery).valid).toBe(true);
    expect(verify('twilio', secret, { ...delivery, body: Buffer.from('{}') }).reason).toBe('signature_mismatch');
    expect(verify('twilio', secret, { ...delivery, body: Buffer.from(`${json} `) }).reason).toBe('signature_mismatch');
    // Without a digest JSON is not signed at all: the signature of the bare URL must not carry it.
    const bare = { headers: { 'x-twilio-signature': hmac('sha1', secret, url).digest('base64') }, body: json, url };
    expect(verify('twilio', secret, bare).reason).toBe('signature_mismatch');
    expect(verify('twilio', secret, { ...bare, body: Buffer.alloc(0) }).valid).toBe(true);
  });

  it('reads no form over 256 KB', () => {
    const large = Buffer.from(`a=${'x'.repeat(256 * 1024)}`);
    const signature = hmac('sha1', secret, `${url}a${'x'.repeat(256 * 1024)}`).digest('base64');
    expect(verify('twilio', secret, { headers: { 'x-twilio-signature': signature }, body: large, url }).reason).toBe(
      'signature_mismatch',
    );
  });
});

describe('Mailgun', () => {
  const secret = 'key-3ax6xnjp29jd6fds4gc373sgvjxteol0';
  const token = '5egbgr1vjgqxtrnp65xfznchgdccwh5d6i09vijqi3whgowmn6';
  const good = hmac('sha256', secret, `${NOW_S}${token}`).digest('hex');
  const deliver = (signature: object, more = {}): Delivery => ({
    headers: {},
    body: Buffer.from(
      JSON.stringify({
        signature: { timestamp: String(NOW_S), token, ...signature },
        'event-data': { id: 'e1', event: 'delivered' },
        ...more,
      }),
    ),
  });

  it('verifies what lies in the body, and says what that is worth', () => {
    expect(verify('mailgun', secret, deliver({ signature: good }))).toEqual({
      valid: true,
      reason: 'ok',
      message:
        'The signature was made with HOOK_SECRET. The body is not signed: it may have been changed or exchanged.',
      skewS: 0,
      matchedSecret: 'HOOK_SECRET',
      eventId: 'e1',
      eventType: 'delivered',
    });
    expect(verify('mailgun', secret, deliver({ signature: good, timestamp: NOW_S })).valid).toBe(true);
    expect(verify('mailgun', secret, deliver({ signature: good }, { injected: true })).valid).toBe(true);
  });

  it('accepts the signature of the main account on events of a subaccount', () => {
    const signature = { signature: '0'.repeat(64), 'parent-signature': good };
    expect(verify('mailgun', secret, deliver(signature)).valid).toBe(true);
    expect(verify('mailgun', 'another key', deliver(signature)).reason).toBe('signature_mismatch');
  });

  it.each([
    [{ signature: good, token: `${token}x` }, 'signature_mismatch'],
    [{ signature: good, timestamp: String(NOW_S + 1) }, 'signature_mismatch'],
    [{ signature: good.toUpperCase() }, 'signature_mismatch'],
    [{}, 'missing_field'],
    [{ signature: { nested: good } }, 'malformed_field'],
    [{ signature: good, token: null }, 'malformed_field'],
    [{ signature: good, timestamp: 'soon' }, 'malformed_field'],
  ])('refuses %j: %s', (signature, reason) => {
    expect(verify('mailgun', secret, deliver(signature))).toMatchObject({ valid: false, reason });
  });

  it('bounds replays to an hour, and reads nothing that is not JSON', () => {
    expect(verify('mailgun', secret, deliver({ signature: good }), NOW_MS + 3_600_000).valid).toBe(true);
    expect(verify('mailgun', secret, deliver({ signature: good }), NOW_MS + 3_601_000).reason).toBe(
      'timestamp_too_old',
    );
    for (const text of ['', 'null', '[]', '"signature"', '{"signature":null}', '{"__proto__":{"signature":{}}}']) {
      expect(verify('mailgun', secret, { headers: {}, body: Buffer.from(text) }).reason).toBe('missing_field');
    }
  });

  it('is signed inside the body', () => {
    const body = Buffer.from('{"event-data":{"event":"opened"},"signature":{"kept":1}}');
    const signed = signWebhook(schemeOf('mailgun'), { body, secret, timestampMs: NOW_MS, id: token });
    expect(JSON.parse(signed.body.toString())).toEqual({
      'event-data': { event: 'opened' },
      signature: { kept: 1, token, timestamp: String(NOW_S), signature: good },
    });
    expect(verify('mailgun', secret, signed).valid).toBe(true);
    for (const text of ['[]', 'text', '7']) {
      const attempt = () => signWebhook(schemeOf('mailgun'), { body: Buffer.from(text), secret, timestampMs: 0 });
      expect(attempt).toThrow('the body is not a JSON object');
    }
  });
});

describe('Postmark', () => {
  const secret = 'hook:p@ss:word';
  const authorization = `Basic ${Buffer.from(secret).toString('base64')}`;
  const body = Buffer.from('{"RecordType":"Bounce"}');

  it('carries credentials instead of a signature', () => {
    expect(verify('postmark', secret, { headers: { Authorization: authorization }, body })).toEqual({
      valid: true,
      reason: 'ok',
      message: 'The delivery carries HOOK_SECRET. The body is not signed: it may have been changed or exchanged.',
      skewS: undefined,
      matchedSecret: 'HOOK_SECRET',
      eventId: undefined,
      eventType: 'Bounce',
    });
    for (const wrong of ['Basic aG9vazo=', authorization.slice(0, -1), `${authorization}=`, 'Bearer x', 'Basic ']) {
      expect(verify('postmark', secret, { headers: { authorization: wrong }, body }).valid).toBe(false);
    }
  });

  it('or a token in the URL', () => {
    const at = (query: string) =>
      verify('postmark', 'tok&en 1', { headers: {}, body, url: `https://example.com/hook${query}` }).reason;
    expect(at('?token=tok%26en+1')).toBe('ok');
    expect(at('?token=tok%26en+2')).toBe('signature_mismatch');
    expect(at('?token=tok%26en+1&token=x')).toBe('malformed_field');
    expect(at('?token=')).toBe('malformed_field');
    expect(at('')).toBe('missing_header');
  });
});

describe('Standard Webhooks', () => {
  // The key pair and signature that Svix publishes for v1a.
  const publicKey = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
  const privateKey = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
  const body = Buffer.from('{"test": 2432232314}');
  const asymmetric = 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==';
  const symmetric = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  const headers = (signature: string) => ({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': signature,
  });
  const reason = (secret: string, signature: string) =>
    verify('standard-webhooks', secret, { headers: headers(signature), body }, 1_614_265_330_000).reason;

  it('verifies with the public key, beside symmetric signatures or alone', () => {
    expect(reason(publicKey, asymmetric)).toBe('ok');
    expect(reason(publicKey, `${symmetric} ${asymmetric}`)).toBe('ok');
    expect(reason(publicKey, `v1a,AAAA ${asymmetric}`)).toBe('ok');
    expect(reason(standardWebhooks.secret, `${asymmetric} ${symmetric}`)).toBe('ok');
  });

  it('never takes a public key for a symmetric one', () => {
    const forged = hmac('sha256', publicKey, `msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.${body}`).digest('base64');
    expect(reason(publicKey, `v1,${forged}`)).toBe('invalid_secret');
    const bytes = Buffer.from(publicKey.slice(5), 'base64');
    const alsoForged = createHmac('sha256', bytes)
      .update(`msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.${body}`)
      .digest('base64');
    expect(reason(publicKey, `v1,${alsoForged}`)).toBe('invalid_secret');
    expect(reason(privateKey, `${symmetric} ${asymmetric}`)).toBe('invalid_secret');
    // A seed is as long as a public key.
    expect(reason(publicKey.replace('whpk_', 'whsk_'), asymmetric)).toBe('invalid_secret');
  });

  it('refuses what is no key', () => {
    for (const text of ['whsec_', 'whsec_not base64', 'whsec_abc$', 'whpk_', 'whpk_AAAA', `whpk_${'A'.repeat(90)}`]) {
      expect(reason(text, `${symmetric} ${asymmetric}`), text).toBe('invalid_secret');
    }
  });

  it('takes the secret with or without its prefix, padded or not', () => {
    for (const text of ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']) {
      expect(reason(text, symmetric)).toBe('ok');
    }
  });

  it('signs with the private key, in the names of Svix where those are used', () => {
    const input = { body, secret: privateKey, timestampMs: 1_614_265_330_000, id: 'msg_p5jXN8AQM9LWM0D4loKWxJek' };
    expect(signWebhook(standardWebhooks.scheme, input).headers).toEqual(headers(asymmetric));
    expect(signWebhook(clerk.scheme, input).headers).toEqual({
      'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'svix-timestamp': '1614265330',
      'svix-signature': asymmetric,
    });
  });

  it('needs id and timestamp', () => {
    for (const name of ['webhook-id', 'webhook-timestamp']) {
      const { [name as 'webhook-id']: _, ...rest } = headers(symmetric);
      expect(verify('standard-webhooks', standardWebhooks.secret, { headers: rest, body }).reason).toBe(
        'missing_header',
      );
    }
  });
});

describe('one changed byte', () => {
  const flip = (text: string, at: number) => text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1);

  it('of a form, its URL or its signature is refused', () => {
    const [url, body, secret] = ['https://example.com/hook?a=b', 'From=Bob&Text=Hello+there', 'token'];
    const signature = hmac('sha1', secret, `${url}FromBobTextHello there`).digest('base64');
    const reason = (change: { url?: string; body?: string; signature?: string }) => {
      const headers = { 'x-twilio-signature': change.signature ?? signature };
      return verify('twilio', secret, { headers, body: Buffer.from(change.body ?? body), url: change.url ?? url })
        .reason;
    };
    expect(reason({})).toBe('ok');
    for (let at = 0; at < body.length; at += 1) expect(reason({ body: flip(body, at) })).toBe('signature_mismatch');
    for (let at = 0; at < url.length; at += 1) expect(reason({ url: flip(url, at) })).toBe('signature_mismatch');
    for (let at = 0; at < signature.length; at += 1) {
      expect(reason({ signature: flip(signature, at) })).toBe('signature_mismatch');
    }
  });

  it('of the signature, token or timestamp in a body is refused', () => {
    const signature = hmac('sha256', 'key', `${NOW_S}abcdef`).digest('hex');
    const parts = { timestamp: String(NOW_S), token: 'abcdef', signature };
    const valid = (changed: object) =>
      verify('mailgun', 'key', { headers: {}, body: Buffer.from(JSON.stringify({ signature: changed })) }).valid;
    expect(valid(parts)).toBe(true);
    for (const [name, value] of Object.entries(parts)) {
      for (let at = 0; at < value.length; at += 1) expect(valid({ ...parts, [name]: flip(value, at) })).toBe(false);
    }
  });

  it('of credentials is refused', () => {
    const good = `Basic ${Buffer.from('user:password').toString('base64')}`;
    const valid = (authorization: string) =>
      verify('postmark', 'user:password', { headers: { authorization }, body: Buffer.from('{}') }).valid;
    expect(valid(good)).toBe(true);
    for (let at = 0; at < good.length; at += 1) expect(valid(flip(good, at))).toBe(false);
  });

  it('is tried for every scheme there is, here or in verify.test.ts', () => {
    const tried = new Set([...samples.map(({ scheme }) => scheme), ...['twilio', 'mailgun', 'postmark'].map(schemeOf)]);
    expect([...schemes].filter(([, scheme]) => !tried.has(scheme))).toEqual([]);
    for (const scheme of schemes.values()) expect(webhookScheme.parse(scheme)).toEqual(scheme);
  });
});

describe('GitHub and Intercom share a header', () => {
  it('and each takes only its own form', () => {
    const sha1 = { 'x-hub-signature': `sha1=${createHmac('sha1', github.secret).update(github.body).digest('hex')}` };
    expect(verify('intercom', github.secret, { headers: sha1, body: github.body }).valid).toBe(true);
    const sha256 = github.sign(github.body);
    expect(verify('intercom', github.secret, { headers: sha256, body: github.body }).reason).toBe('missing_header');
  });
});
