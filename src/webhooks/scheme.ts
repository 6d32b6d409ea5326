import * as z from 'zod';

const headerName = z.string().regex(/^[a-z0-9-]{1,100}$/, 'a header name in lower case');
const shortText = z.string().min(1).max(100);

/**
 * A value in a header, or in one entry of a header that is a list: `v1=` entries of `t=1,v1=aa,v1=bb` have the separator `,` and the
 * prefix `v1=`. Entries without the prefix are other values and are passed over. Headers are found whatever their case.
 */
const headerValue = z.strictObject({
  header: headerName,
  separator: z.string().length(1).optional(),
  prefix: shortText.optional(),
});
export type HeaderValue = z.output<typeof headerValue>;

/** A value inside a JSON body: object keys and array positions from the root. */
const jsonValue = z.strictObject({
  json: z
    .array(z.union([shortText, z.int().min(0).max(1000)]))
    .min(1)
    .max(8),
});
export type JsonValue = z.output<typeof jsonValue>;

/** A parameter of the URL to which the delivery was sent. */
const queryValue = z.strictObject({ query: shortText });
export type QueryValue = z.output<typeof queryValue>;

const valueSource = z.union([headerValue, jsonValue, queryValue], 'one of { header }, { json } or { query }');
export type ValueSource = z.output<typeof valueSource>;

/** Places where a value may be: the first that holds one counts. */
const places = z.tuple([valueSource], valueSource);
export type Places = z.output<typeof places>;

/**
 * Signed bytes are the parts in order, joined as they are: a body is never pasted into a template. `form` stands for the fields of a
 * form body, sorted, each as its name and its value, the same one once; `crc32` for the checksum of the body in decimal; `secret` for the secret's own
 * text, where that is an identifier and the key is elsewhere.
 */
const signedPart = z.union(
  [z.enum(['timestamp', 'id', 'body', 'url', 'form', 'crc32', 'secret']), z.strictObject({ text: shortText })],
  'one of timestamp, id, body, url, form, crc32 or { text }',
);
export type SignedPart = z.output<typeof signedPart>;

const encoding = z.enum(['hex', 'base64']);

/**
 * The key is the bytes of the secret's text, or what the text encodes. `secretPrefix` is how the text begins as the provider shows it;
 * before decoding it is cut off where it is there.
 */
const hmacSignature = z.strictObject({
  algorithm: z.enum(['hmac-sha256', 'hmac-sha1']),
  key: z.enum(['utf8', 'base64', 'hex']),
  secretPrefix: shortText.optional(),
  encoding,
  at: places,
});
export type HmacSignature = z.output<typeof hmacSignature>;

/** ECDSA over P-256 and SHA-256, the signature in DER. The secret's text is the public key: SPKI, as base64 DER or PEM. */
const ecdsaSignature = z.strictObject({
  algorithm: z.literal('ecdsa-p256'),
  key: z.literal('spki'),
  encoding,
  at: places,
});
export type EcdsaSignature = z.output<typeof ecdsaSignature>;

/**
 * The secret's text is the public key's 32 bytes, encoded. A text without `secretPrefix` is no such key; private keys, as hex or
 * base64 of seed or of seed and public key, begin with `signingPrefix`.
 */
const ed25519Signature = z.strictObject({
  algorithm: z.literal('ed25519'),
  key: encoding,
  secretPrefix: shortText.optional(),
  signingPrefix: shortText.optional(),
  encoding,
  at: places,
});
export type Ed25519Signature = z.output<typeof ed25519Signature>;

/**
 * RSA (PKCS #1 v1.5) and SHA-256. The key is that of a certificate whose address the delivery names: on a host of `domain`, issued to
 * `commonName` at a host of it, by a public certificate authority.
 */
const rsaSignature = z.strictObject({
  algorithm: z.literal('rsa-sha256'),
  key: z.literal('certificate'),
  certificate: places,
  domain: shortText,
  commonName: shortText,
  encoding,
  at: places,
});
export type RsaSignature = z.output<typeof rsaSignature>;

/** No signature: the delivery carries the secret itself, as text or encoded. */
const token = z.strictObject({ algorithm: z.literal('token'), encoding: z.enum(['utf8', 'base64']), at: places });

const signatureMethod = z.discriminatedUnion('algorithm', [
  hmacSignature,
  ecdsaSignature,
  ed25519Signature,
  rsaSignature,
  token,
]);
export type SignatureMethod = z.output<typeof signatureMethod>;

const timestamp = z.strictObject({
  at: places,
  /** Unix seconds by default. */
  format: z.enum(['milliseconds', 'iso-8601']).optional(),
  /** How far it may lie from now, in seconds, in both directions; any distance where absent. */
  toleranceS: z.int().min(1).max(31_536_000).optional(),
});

/** How a provider signs its webhooks, as data: one engine verifies, explains and signs. */
export const webhookScheme = z.strictObject({
  /**
   * Strongest first. The first that a delivery carries, and for which the secret is a key, decides, together with others of the same
   * algorithm; a weaker one never rescues it.
   */
  signatures: z.tuple([signatureMethod], signatureMethod),
  /** Empty where nothing is signed. */
  signed: z.array(signedPart).max(16),
  /** Needed by schemes that sign it. */
  timestamp: timestamp.optional(),
  /** What `id` stands for in what is signed: an identifier or one-time token of the delivery. */
  id: places.optional(),
  /** `equivalent`: the URL may have been signed with or without its port, and with its query encoded anew. */
  url: z.enum(['exact', 'equivalent']).optional(),
  /** Where the hex SHA-256 of a body that is no form is sent: the body is then signed by way of the URL, and `form` is empty. */
  bodyDigest: queryValue.optional(),
  /** Where to read what the delivery is about. */
  event: z.strictObject({
    id: z.array(valueSource).max(8),
    type: z.array(valueSource).max(8),
    /** Events of several types come with the same body, so that it alone does not tell them apart. */
    typesShareBodies: z.boolean().optional(),
  }),
});
export type WebhookScheme = z.output<typeof webhookScheme>;

/** Whether a good signature says anything about the body. */
export function signsBody({ signed }: WebhookScheme): boolean {
  return signed.some((part) => part === 'body' || part === 'form' || part === 'crc32');
}
