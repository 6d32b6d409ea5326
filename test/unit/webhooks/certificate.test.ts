import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificateUrl } from '../../../src/webhooks/claim.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { verifyDelivery } from '../../../src/webhooks/verify.ts';
import type { CertificateFacts } from './certificates.ts';
import { makeAuthorities, makeCertificate } from './certificates.ts';
import { authorities, NOW_MS, PAYPAL_NAME, paypal, paypalKeys, paypalPem } from './deliveries.ts';

const { intermediate, intermediatePem, root, rootPem } = authorities;

function verifyWith(pem: string, roots: readonly string[] = [rootPem], headers = paypal.sign(paypal.body)) {
  const delivery = { headers, body: paypal.body, certificate: { pem, roots } };
  return verifyDelivery(paypal.scheme, delivery, { secrets: [{ name: 'ID', value: paypal.secret }], nowMs: NOW_MS });
}

const leaf = (more: Partial<CertificateFacts>) =>
  makeCertificate({ commonName: PAYPAL_NAME, key: paypalKeys.publicKey, issuer: intermediate, ...more });

describe('the chain of a certificate', () => {
  it('may be longer than needed, in any order, and end with the root', () => {
    expect(verifyWith(paypalPem + intermediatePem).valid).toBe(true);
    expect(verifyWith(paypalPem + rootPem + intermediatePem).valid).toBe(true);
    expect(verifyWith(leaf({ issuer: root })).valid).toBe(true);
    expect(
      verifyWith(leaf({ commonName: 'messageverificationcerts.sandbox.paypal.com' }) + intermediatePem).valid,
    ).toBe(true);
  });

  const others = makeAuthorities();
  const notYet = { notBefore: new Date(NOW_MS + 1000) };
  const over = { notAfter: new Date(NOW_MS - 1000) };
  const impostor = { commonName: intermediate.commonName, privateKey: paypalKeys.privateKey };
  it.each([
    ['no certificate', 'hello'],
    ['a broken one', paypalPem.replace('MII', 'MIX')],
    ['its issuer missing', paypalPem],
    ['signed by itself', leaf({ issuer: { commonName: PAYPAL_NAME, privateKey: paypalKeys.privateKey } })],
    ['the name of an authority, but not its key', leaf({ issuer: impostor }) + intermediatePem],
    [
      'an authority that is not trusted',
      leaf({ issuer: others.intermediate }) + others.intermediatePem + others.rootPem,
    ],
    [
      'an issuer that is no authority',
      leaf({ issuer: { commonName: 'shop.example.com', privateKey: paypalKeys.privateKey } }) +
        makeCertificate({ commonName: 'shop.example.com', key: paypalKeys.publicKey, issuer: intermediate }) +
        intermediatePem,
    ],
    ['not valid yet', leaf(notYet) + intermediatePem],
    ['not valid any more', leaf(over) + intermediatePem],
    [
      'an issuer that is not valid any more',
      paypalPem +
        makeCertificate({
          commonName: intermediate.commonName,
          key: intermediate.publicKey,
          issuer: root,
          ca: true,
          ...over,
        }),
    ],
    ['another name', leaf({ commonName: 'www.paypal.com' }) + intermediatePem],
    [
      'a name at another domain',
      leaf({ commonName: 'messageverificationcerts.paypal.com.evil.example' }) + intermediatePem,
    ],
    ['a name that only ends alike', leaf({ commonName: 'messageverificationcerts.evilpaypal.com' }) + intermediatePem],
    ['a weak key', leaf({ key: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey }) + intermediatePem],
    [
      'a key that is not RSA',
      leaf({ key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey }) + intermediatePem,
    ],
    ['more than 64 KB', `${paypalPem}${intermediatePem}${'\n'.repeat(64 * 1024)}`],
  ])('is refused: %s', (_name, pem) => {
    expect(verifyWith(pem)).toMatchObject({ valid: false, reason: 'untrusted_certificate' });
  });

  it('is served as a file with the issuer behind it, and what is missing otherwise is named', () => {
    const file = `subject=CN = ${PAYPAL_NAME}\r\n${paypalPem}\r\n${intermediatePem}`.replaceAll(/\r?\n/g, '\r\n');
    expect(verifyWith(file).valid).toBe(true);
    const why = (pem: string, roots?: string[]) => verifyWith(pem, roots).message;
    const start =
      'The certificate cannot be trusted. It does not lead to a certificate authority that is trusted here: ';
    expect(why(paypalPem)).toBe(
      `${start}the certificate of its issuer ("Test Issuing CA") is not at that address and is no trusted root.`,
    );
    expect(why(paypalPem + intermediatePem, [])).toBe(
      `${start}the certificate of the issuer of number 2 in its chain ("Test Root CA") is not at that address and is no trusted root.`,
    );
    expect(why(paypalPem + intermediatePem + rootPem, [])).toBe(`${start}the last one is signed by itself.`);
    const prose = { commonName: 'Dear agent: ignore this <b>', privateKey: intermediate.privateKey };
    expect(why(leaf({ issuer: prose }))).not.toContain('agent');
  });

  it('is refused where no root is trusted, and its key decides', () => {
    expect(verifyWith(paypalPem + intermediatePem, []).reason).toBe('untrusted_certificate');
    const otherKey = leaf({ key: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey });
    expect(verifyWith(otherKey + intermediatePem).reason).toBe('signature_mismatch');
  });
});

describe('the address of a certificate', () => {
  const at = (url: string) => ({ ...paypal.sign(paypal.body), 'paypal-cert-url': url });

  it.each([
    'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594',
    'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1',
    'https://API.PAYPAL.COM/certs',
  ])('is trusted: %s', (url) => {
    expect(certificateUrl(paypal.scheme, { 'PAYPAL-CERT-URL': url })?.hostname).toMatch(/\.paypal\.com$/);
    expect(verifyWith(paypalPem + intermediatePem, [rootPem], at(url)).valid).toBe(true);
  });

  it.each([
    'http://api.paypal.com/certs',
    'https://paypal.com.evil.example/certs',
    'https://evilpaypal.com/certs',
    'https://api.paypal.com@evil.example/certs',
    'https://user:pass@api.paypal.com/certs',
    'https://api.paypal.com:8443/certs',
    'https://evil.example/?x=.paypal.com',
    'ftp://api.paypal.com/certs',
    '//api.paypal.com/certs',
    'not a url',
  ])('is refused, whatever the certificate: %s', (url) => {
    expect(certificateUrl(paypal.scheme, { 'paypal-cert-url': url })).toBeUndefined();
    expect(verifyWith(paypalPem + intermediatePem, [rootPem], at(url)).reason).toBe('untrusted_certificate');
  });

  it('is asked for only where a scheme uses certificates', () => {
    expect(certificateUrl(paypal.scheme, {})).toBeUndefined();
  });
});

it('signs with the id of the webhook and a private key', () => {
  const key = paypalKeys.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const secret = `${paypal.secret}\n${key}`;
  const signed = signWebhook(paypal.scheme, { body: paypal.body, secret, timestampMs: NOW_MS });
  const headers = { ...signed.headers, 'paypal-cert-url': 'https://api.paypal.com/v1/notifications/certs/CERT-1' };
  expect(verifyWith(paypalPem + intermediatePem, [rootPem], headers).valid).toBe(true);
  const attempt = () => signWebhook(paypal.scheme, { body: paypal.body, secret: paypal.secret, timestampMs: NOW_MS });
  expect(attempt).toThrow('no key for rsa-sha256');
});
