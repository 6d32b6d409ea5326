import type { KeyObject } from 'node:crypto';
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Place } from '../../src/webhooks/delivery.js';
import type { SignatureMethod, SignedPart, WebhookScheme } from '../../src/webhooks/signature.js';

export interface SignedDelivery {
  headers: Record<string, string>;
  body: string;
  url: string;
}

export interface DeliveryOptions {
  /** When the provider signs, in milliseconds since the epoch. */
  atMs?: number;
  id?: string;
  type?: string;
}

type Document = Record<string, unknown>;

/** Signs as the provider does, with a secret of its own. */
export class WebhookMock {
  /** What the receiver has to hold. */
  readonly secret: string;
  readonly #scheme: WebhookScheme;
  readonly #method: SignatureMethod;
  readonly #privateKey: KeyObject | undefined;

  constructor(scheme: WebhookScheme) {
    const method = scheme.signatures.find(({ algorithm }) => algorithm.startsWith('hmac')) ?? scheme.signatures[0];
    if (method === undefined) throw new Error('The scheme has no signature.');
    this.#scheme = scheme;
    this.#method = method;
    const { secret, privateKey } = createSecret(method);
    this.secret = secret;
    this.#privateKey = privateKey;
  }

  /** @param content a text is sent as it is; an object may be given id, type and time, where the provider has them in the body */
  deliver(content: string | Document, url: string, options: DeliveryOptions = {}): SignedDelivery {
    const { atMs = Date.now(), id = `evt_${randomBytes(8).toString('hex')}`, type = 'test' } = options;
    const scheme = this.#scheme;
    const headers: Record<string, string> = {};
    const document: Document | undefined = typeof content === 'string' ? undefined : structuredClone(content);
    const put = (at: Place | undefined, value: string | number) => {
      if (at === undefined) return;
      if ('header' in at) headers[at.header] = appended(headers[at.header], at, value);
      else if ('json' in at && document !== undefined) setPath(document, at.json, value);
    };
    const timestamp = timeText(scheme, atMs);
    put(scheme.timestamp?.at[0], scheme.timestamp?.format === 'milliseconds' ? Number(timestamp) : timestamp);
    put(scheme.event.type[0], type);
    put(scheme.event.id[0], id);
    put(scheme.id?.[0], id);
    const serialize = () => (document === undefined ? String(content) : this.#serialize(document));
    headers['content-type'] = scheme.signed.includes('form') ? 'application/x-www-form-urlencoded' : 'application/json';
    const text = Buffer.concat(
      scheme.signed.map((part) => this.#bytes(part, { timestamp, id, url, body: serialize() })),
    );
    put(this.#method.at[0], this.#sign(text));
    return { headers, body: serialize(), url };
  }

  #serialize(document: Document): string {
    if (!this.#scheme.signed.includes('form')) return JSON.stringify(document);
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(document)) form.set(name, String(value));
    return form.toString();
  }

  #bytes(part: SignedPart, values: { timestamp: string; id: string; url: string; body: string }): Buffer {
    if (typeof part === 'object') return Buffer.from(part.text);
    if (part === 'crc32') throw new Error('No provider of this mock signs a checksum.');
    if (part !== 'form') return Buffer.from(values[part]);
    const fields = [...new URLSearchParams(values.body)].sort(([a], [b]) => (a < b ? -1 : 1));
    return Buffer.from(fields.map(([name, value]) => name + value).join(''));
  }

  #sign(text: Buffer): string {
    const { algorithm, encoding, key, secretPrefix = '' } = this.#method;
    if (algorithm === 'token') return Buffer.from(this.secret).toString(encoding);
    const binary = encoding === 'hex' ? 'hex' : 'base64';
    if (this.#privateKey !== undefined) {
      return sign(algorithm === 'ed25519' ? null : 'sha256', text, this.#privateKey).toString(binary);
    }
    const hmacKey =
      key === 'utf8'
        ? this.secret
        : Buffer.from(this.secret.slice(secretPrefix.length), key === 'hex' ? 'hex' : 'base64');
    return createHmac(algorithm === 'hmac-sha1' ? 'sha1' : 'sha256', hmacKey)
      .update(text)
      .digest(binary);
  }
}

/** The same delivery with another body. */
export function forged(delivery: SignedDelivery): SignedDelivery {
  return { ...delivery, body: `${delivery.body} ` };
}

function createSecret({ algorithm, key, secretPrefix = '' }: SignatureMethod): {
  secret: string;
  privateKey?: KeyObject;
} {
  if (algorithm === 'ecdsa-p256') {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    return { secret: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), privateKey };
  }
  if (algorithm === 'ed25519') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const bytes = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    return { secret: secretPrefix + bytes.toString(key === 'hex' ? 'hex' : 'base64'), privateKey };
  }
  if (algorithm === 'token') return { secret: `user:${randomBytes(12).toString('hex')}` };
  return {
    secret:
      secretPrefix +
      createHash('sha256')
        .update(randomBytes(32))
        .digest(key === 'hex' ? 'hex' : 'base64'),
  };
}

function timeText({ timestamp }: WebhookScheme, atMs: number): string {
  if (timestamp?.format === 'milliseconds') return String(atMs);
  return timestamp?.format === 'iso-8601' ? new Date(atMs).toISOString() : String(Math.floor(atMs / 1000));
}

function appended(
  before: string | undefined,
  { prefix = '', separator }: { prefix?: string; separator?: string },
  value: string | number,
): string {
  const entry = `${prefix}${value}`;
  return before === undefined || separator === undefined ? entry : before + separator + entry;
}

function setPath(document: Document, [key = '', ...rest]: readonly (string | number)[], value: unknown): void {
  if (rest.length === 0) {
    document[key] = value;
    return;
  }
  const inner = document[key];
  const branch: Document = typeof inner === 'object' && inner !== null ? { ...inner } : {};
  setPath(branch, rest, value);
  document[key] = branch;
}
