import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { verifySignature } from '../../../src/webhooks/verify.ts';
import { github, NOW_MS, samples, sendgrid, sendgridPrivateKey, slack, stripe } from './deliveries.ts';

const timestampMs = NOW_MS + 999;

describe('signWebhook', () => {
  it.each([stripe, slack])('$provider: makes the headers that the provider makes', ({ scheme, secret, body, sign }) => {
    expect(signWebhook(scheme, { body, secret, timestampMs })).toEqual({ headers: sign(body), body, url: undefined });
  });

  it('github: both signatures, and the delivery id when given', () => {
    const { 'x-hub-signature-256': expected } = github.sign(github.body);
    const { scheme, body, secret } = github;
    expect(signWebhook(scheme, { body, secret, timestampMs, id: 'a-1' }).headers).toEqual({
      'x-github-delivery': 'a-1',
      'x-hub-signature-256': expected,
      'x-hub-signature': expect.stringMatching(/^sha1=[0-9a-f]{40}$/),
    });
    expect(signWebhook(scheme, { body, secret, timestampMs }).headers).not.toHaveProperty('x-github-delivery');
  });

  it.each(['der', 'pem'] as const)('sendgrid: signs with a PKCS#8 key as %s', (format) => {
    const exported = sendgridPrivateKey.export({ format, type: 'pkcs8' } as { format: 'der'; type: 'pkcs8' });
    const secret = typeof exported === 'string' ? exported : exported.toString('base64');
    const signed = signWebhook(sendgrid.scheme, { body: sendgrid.body, secret, timestampMs });
    const options = { secrets: [{ name: 'KEY', value: sendgrid.secret }], nowMs: NOW_MS };
    expect(verifySignature(sendgrid.scheme, signed, options).valid).toBe(true);
  });

  it.each(samples)('$provider: refuses an empty secret', ({ scheme, body }) => {
    expect(() => signWebhook(scheme, { body, secret: '', timestampMs })).toThrow(AppError);
  });

  it('refuses what is no private key on P-256, without repeating it', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({
      format: 'der',
      type: 'pkcs8',
    });
    for (const secret of ['MIGHAgEAMBMGnot', sendgrid.secret, other.toString('base64')]) {
      const attempt = () => signWebhook(sendgrid.scheme, { body: sendgrid.body, secret, timestampMs });
      expect(attempt).toThrow(/^The signing secret is no key for ecdsa-p256\.$/);
    }
  });
});
