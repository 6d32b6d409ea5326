import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** Makes X.509 certificates, which Node can only read: https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
export interface CertificateFacts {
  commonName: string;
  key: KeyObject;
  issuer: Issuer;
  ca?: boolean;
  notBefore?: Date;
  notAfter?: Date;
}

export interface Issuer {
  commonName: string;
  privateKey: KeyObject;
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const time = (at: Date) => der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+/g, '')}`));
const name = (commonName: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));

const RSA_SHA256 = sequence(oid('2a864886f70d01010b'), der(0x05));
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));

export function makeCertificate(facts: CertificateFacts): string {
  const { commonName, key, issuer, ca = false } = facts;
  const { notBefore = new Date('2020-01-01T00:00:00Z'), notAfter = new Date('2099-01-01T00:00:00Z') } = facts;
  const algorithm = issuer.privateKey.asymmetricKeyType === 'rsa' ? RSA_SHA256 : ECDSA_SHA256;
  const constraints = sequence(
    oid('551d13'),
    der(0x01, Buffer.from([0xff])),
    der(0x04, sequence(...(ca ? [der(0x01, Buffer.from([0xff]))] : []))),
  );
  const unsigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(issuer.commonName),
    sequence(time(notBefore), time(notAfter)),
    name(commonName),
    key.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(constraints)),
  );
  const signature = sign('sha256', unsigned, issuer.privateKey);
  const certificate = sequence(unsigned, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** An authority, its certificate, and the authority below it. */
export function makeAuthorities() {
  const root = { commonName: 'Test Root CA', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
  const intermediate = { commonName: 'Test Issuing CA', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
  return {
    root,
    intermediate,
    rootPem: makeCertificate({ commonName: root.commonName, key: root.publicKey, issuer: root, ca: true }),
    intermediatePem: makeCertificate({
      commonName: intermediate.commonName,
      key: intermediate.publicKey,
      issuer: root,
      ca: true,
    }),
  };
}
