/**
 * A value in a header, or in one entry of a header that is a list: `v1=` entries of `t=1,v1=aa,v1=bb` have the separator `,` and the
 * prefix `v1=`. Entries without the prefix are other values and are passed over.
 */
export interface HeaderValue {
  /** Lower case; headers are found whatever their case. */
  readonly header: string;
  readonly separator?: string;
  readonly prefix?: string;
}

/** A value inside a JSON body: object keys and array positions from the root. */
export interface JsonValue {
  readonly json: readonly (string | number)[];
}

export type ValueSource = HeaderValue | JsonValue;

/** Signed bytes are the parts in order, joined as they are: a body is never pasted into a template. */
export type SignedPart = 'timestamp' | 'body' | { readonly text: string };

/** The bytes of the secret's text are the key. */
export interface HmacSignature {
  readonly algorithm: 'hmac-sha256' | 'hmac-sha1';
  readonly key: 'utf8';
  readonly encoding: 'hex' | 'base64';
  readonly at: HeaderValue;
}

/** ECDSA over P-256 and SHA-256, the signature in DER. The secret's text is the public key: SPKI, as base64 DER or PEM. */
export interface EcdsaSignature {
  readonly algorithm: 'ecdsa-p256';
  readonly key: 'spki';
  readonly encoding: 'hex' | 'base64';
  readonly at: HeaderValue;
}

export type SignatureMethod = HmacSignature | EcdsaSignature;

/** How a provider signs its webhooks, as data: one engine verifies, explains and signs. */
export interface WebhookScheme {
  /** Strongest first. The first one that a delivery carries decides; a weaker one never rescues it. */
  readonly signatures: readonly [SignatureMethod, ...SignatureMethod[]];
  readonly signed: readonly SignedPart[];
  /** Unix seconds. Needed by schemes that sign the timestamp. */
  readonly timestamp?: {
    readonly at: HeaderValue;
    /** How far the timestamp may lie from now, in seconds, in both directions. */
    readonly toleranceS: number;
  };
  /** Where to read what the delivery is about; of several places the first that holds a value counts. */
  readonly event: {
    readonly id: readonly ValueSource[];
    readonly type: readonly ValueSource[];
  };
}
