import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import type { SignatureMethod } from '../../../src/webhooks/scheme.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import type { WebhookScheme } from '../../../templates/base/src/webhooks/signature.ts';
import { verifyWebhook } from '../../../templates/base/src/webhooks/signature.ts';

/** What generated integrations verify with, against what signs here: the two share no code. */
const providers = [...catalogue.values()].filter(({ webhook }) =>
  webhook?.scheme?.signatures.every(({ algorithm }) => algorithm !== 'rsa-sha256'),
);

const NOW_MS = 1_700_000_000_000;
const URL_TEXT = 'https://hooks.example.com/webhooks/x';

function keysOf(method: SignatureMethod | undefined): { verify: string; sign: string } {
  if (method?.algorithm === 'ecdsa-p256') {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const text = (key: Buffer) => key.toString('base64');
    return {
      verify: text(publicKey.export({ format: 'der', type: 'spki' })),
      sign: text(privateKey.export({ format: 'der', type: 'pkcs8' })),
    };
  }
  if (method?.algorithm === 'ed25519') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const bytes = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    return {
      verify: (method.secretPrefix ?? '') + bytes.toString(method.key),
      sign: (method.signingPrefix ?? '') + seed.toString(method.key),
    };
  }
  const prefix = method !== undefined && 'secretPrefix' in method ? (method.secretPrefix ?? '') : '';
  const secret = `${prefix}${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
  return { verify: secret, sign: secret };
}

function deliver(service: string, methodIndex: number, atMs = NOW_MS) {
  const { scheme } = catalogue.get(service)?.webhook ?? {};
  if (scheme === undefined) throw new Error('unreachable');
  const { verify, sign } = keysOf(scheme.signatures[methodIndex]);
  const body = Buffer.from(scheme.signed.includes('form') ? 'b=2&a=1&a=0' : '{"id":"evt_1","type":"test"}');
  const signed = signWebhook(scheme, { body, secret: sign, timestampMs: atMs, url: URL_TEXT });
  return { scheme: scheme as WebhookScheme, signed, secret: verify, url: signed.url ?? URL_TEXT };
}

const cases = providers.flatMap(({ service, webhook }) =>
  (webhook?.scheme?.signatures ?? []).map(({ algorithm }, index) => [service, algorithm, index] as const),
);

describe('the verification of generated integrations', () => {
  it('covers the catalogue', () => {
    expect(cases.length).toBeGreaterThan(20);
  });

  it.each(cases)('%s, %s: takes what is signed, and nothing changed, old or unsigned', (service, _algorithm, index) => {
    const { scheme, signed, secret, url } = deliver(service, index);
    const { headers, body } = signed;
    const verify = (delivery: object, nowMs = NOW_MS, secrets = [secret]) =>
      verifyWebhook(scheme, { headers, body, url, ...delivery }, secrets, nowMs);
    expect(verify({})).toEqual({ valid: true });
    expect(verify({}, NOW_MS, ['unrelated', secret])).toEqual({ valid: true });
    expect(verify({}, NOW_MS, []).valid).toBe(false);
    expect(verify({ headers: {}, body: Buffer.from('{}'), url: URL_TEXT }).valid).toBe(false);
    if (scheme.signed.includes('body')) {
      expect(verify({ body: Buffer.concat([body, Buffer.from(' ')]) }).valid).toBe(false);
    }
    if (scheme.signed.includes('url')) expect(verify({ url: 'https://other.example/' }).valid).toBe(false);
    const { toleranceS } = scheme.timestamp ?? {};
    if (toleranceS === undefined) return;
    expect(verify({}, NOW_MS + toleranceS * 1000).valid).toBe(true);
    expect(verify({}, NOW_MS + (toleranceS + 2) * 1000).valid).toBe(false);
    expect(verify({}, NOW_MS - (toleranceS + 2) * 1000).valid).toBe(false);
  });

  it.each(cases)('%s, %s: refuses every other text in the place of the signature', (service, _algorithm, index) => {
    const { scheme, signed, secret, url } = deliver(service, index);
    const at = scheme.signatures[index]?.at[0];
    if (at === undefined || !('header' in at)) return;
    const value = signed.headers[at.header] ?? '';
    for (const flipped of flips(value, at)) {
      // Without the headers of stronger methods, which would decide.
      const headers = { ...othersOf(scheme, index, signed.headers), [at.header]: flipped };
      expect(verifyWebhook(scheme, { headers, body: signed.body, url }, [secret], NOW_MS).valid).toBe(false);
    }
  });
});

/** The text with one character of what follows the prefix exchanged, at every fifth place. */
function flips(value: string, { prefix = '', separator }: { prefix?: string; separator?: string }): string[] {
  const start = value.indexOf(prefix) + prefix.length;
  const places = Array.from({ length: value.length }, (_, place) => place).filter(
    (place) => place >= start && (place - start) % 5 === 0 && value[place] !== separator && value[place] !== '=',
  );
  return places.map((place) => value.slice(0, place) + (value[place] === 'a' ? 'b' : 'a') + value.slice(place + 1));
}

function othersOf(scheme: WebhookScheme, index: number, headers: Record<string, string>): Record<string, string> {
  const stronger = scheme.signatures.slice(0, index).flatMap(({ at }) => at);
  const names = new Set(stronger.map((place) => ('header' in place ? place.header : '')));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name)));
}
