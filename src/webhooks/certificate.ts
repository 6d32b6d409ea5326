import type { KeyObject } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import type { RsaSignature } from './scheme.ts';

/** A certificate as obtained from the address that a delivery names, or why it could not be. Not yet trusted. */
export type Certificate = CertificateChain | { readonly problem: string };

interface CertificateChain {
  /** PEM: the certificate itself first, then those of its issuers. */
  readonly pem: string;
  /** PEM of the authorities to trust. */
  readonly roots: readonly string[];
}

/** Obtains certificates; what it answers is kept for as long as it is worth. Never rejects: a failure is a problem. */
export interface CertificateSource {
  get(url: URL, signal: AbortSignal): Promise<Certificate>;
}

const MAX_PEM_LENGTH = 64 * 1024;
const MAX_CHAIN = 8;
const MIN_RSA_BITS = 2048;

/** True for an address at which the method's certificates may be: nobody else must be able to choose the key. */
export function isCertificateUrl(url: URL, { domain }: RsaSignature): boolean {
  const { protocol, hostname, port, username, password } = url;
  const isOurs = hostname === domain || hostname.endsWith(`.${domain}`);
  return protocol === 'https:' && isOurs && port === '' && username === '' && password === '';
}

/** The key of a certificate that can be trusted at the time given, in milliseconds since the epoch; otherwise why not. */
export function trustedKey(certificate: CertificateChain, method: RsaSignature, nowMs: number): KeyObject | string {
  try {
    return checkKey(certificate, method, nowMs);
  } catch {
    // Reading the key of a certificate throws when it is of a kind that OpenSSL does not know.
    return 'It, or a certificate of its issuers, cannot be read.';
  }
}

function checkKey(certificate: CertificateChain, method: RsaSignature, nowMs: number): KeyObject | string {
  const chain = openChain(certificate);
  if (typeof chain === 'string') return chain;
  const [leaf] = chain;
  if (!isIssuedTo(leaf, method)) return `It was not issued to ${method.commonName} at ${method.domain}.`;
  if (chain.some((link) => link.validFromDate.getTime() > nowMs || link.validToDate.getTime() < nowMs)) {
    return 'It, or a certificate of its issuers, is not valid at this time.';
  }
  const key = leaf.publicKey;
  const isStrong = key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
  return isStrong ? key : `Its key is not an RSA key of at least ${MIN_RSA_BITS} bits.`;
}

type Chain = readonly [X509Certificate, ...X509Certificate[]];

/** Building a chain checks several signatures; a source gives the same object again. */
const chains = new WeakMap<CertificateChain, Chain | string>();

function openChain(certificate: CertificateChain): Chain | string {
  const known = chains.get(certificate);
  if (known !== undefined) return known;
  const chain = buildChain(certificate);
  chains.set(certificate, chain);
  return chain;
}

/** From the certificate to a trusted root, each signed by the next; or why there is no such chain. */
function buildChain({ pem, roots }: CertificateChain): Chain | string {
  const [leaf, ...others] = parsePem(pem);
  if (leaf === undefined) return 'It is not a certificate in PEM.';
  const trusted = roots.flatMap(parsePem);
  const chain: [X509Certificate, ...X509Certificate[]] = [leaf];
  let last = leaf;
  while (chain.length <= MAX_CHAIN) {
    const root = trusted.find((candidate) => isIssuer(candidate, last));
    if (root !== undefined) return [...chain, root];
    const next = others.find((candidate) => !chain.includes(candidate) && isIssuer(candidate, last));
    if (next === undefined) break;
    chain.push(next);
    last = next;
  }
  return `It does not lead to a certificate authority that is trusted here: ${describeGap(last, chain.length)}`;
}

/** What would have to be there for the chain to go on. */
function describeGap(last: X509Certificate, length: number): string {
  if (last.checkIssued(last)) return 'the last one is signed by itself.';
  const issuer = /^CN=([\w .,()&-]{1,64})$/m.exec(last.issuer)?.[1];
  const whose = length === 1 ? 'its issuer' : `the issuer of number ${length} in its chain`;
  const name = issuer === undefined ? '' : ` ("${issuer}")`;
  return `the certificate of ${whose}${name} is not at that address and is no trusted root.`;
}

function isIssuer(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isIssuedTo({ subject }: X509Certificate, { commonName, domain }: RsaSignature): boolean {
  const name = /^CN=(.*)$/m.exec(subject)?.[1]?.toLowerCase() ?? '';
  return name.startsWith(`${commonName}.`) && name.endsWith(`.${domain}`);
}

function parsePem(pem: string): X509Certificate[] {
  if (pem.length > MAX_PEM_LENGTH) return [];
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.slice(0, MAX_CHAIN).map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}
