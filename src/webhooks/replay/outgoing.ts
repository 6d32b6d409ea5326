import { Received } from '../delivery.ts';
import { endToEnd, headersOf, withoutHeaders } from '../raw-headers.ts';
import type { Places, ValueSource, WebhookScheme } from '../scheme.ts';
import type { SignedDelivery } from '../sign.ts';
import { signWebhook } from '../sign.ts';
import { verifySignature } from '../verify.ts';

/** An event to send: one that was stored, or an example of one. */
export interface ReplayEvent {
  /** Its id in the event log; undefined for an example. */
  readonly logId: string | undefined;
  /** What it is called in answers. */
  readonly label: string;
  readonly eventId: string | undefined;
  readonly eventType: string | undefined;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The query with which it came, with its question mark; some providers keep a digest or a token there. */
  readonly query: string;
  /** True when it carries a signature that was good when it came. */
  readonly wasGenuine: boolean;
}

/** What goes on the wire. */
export interface Outgoing {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly query: string;
}

/** How to sign as the provider does. */
export interface Signer {
  readonly scheme: WebhookScheme;
  readonly secret: string;
  /** The address that is signed, where the provider signs it. */
  readonly url: string;
}

/** The first sender could read these; what an answer says is to be read here. */
const ANSWER_ENCODING: ReadonlySet<string> = new Set(['accept-encoding']);

/** The very bytes and headers that were received. */
export function asReceived({ rawHeaders, body, query }: ReplayEvent): Outgoing {
  return { headers: withoutHeaders(endToEnd(rawHeaders), ANSWER_ENCODING), body, query };
}

export interface SigningChanges {
  readonly timestampMs: number;
  readonly body?: Buffer | undefined;
  readonly eventId?: string | undefined;
}

/** The event signed anew. Everything that is not part of the signature stays as it was received. */
export function signAgain(event: ReplayEvent, signer: Signer, changes: SigningChanges): Outgoing {
  const scheme = asSent(signer.scheme, event);
  const signed = signWebhook(scheme, {
    body: changes.body ?? event.body,
    secret: signer.secret,
    timestampMs: changes.timestampMs,
    id: changes.eventId ?? event.eventId,
    type: event.eventType,
    url: withoutDigest(signer),
  });
  const others = withoutHeaders(
    endToEnd(event.rawHeaders),
    new Set([...ANSWER_ENCODING, ...headersReadBy(signer.scheme)]),
  );
  const query = signed.url === undefined ? '' : new URL(signed.url).search;
  return { headers: [...others, ...Object.entries(signed.headers).flat()], body: signed.body, query };
}

/** The address without the digest of an earlier body. */
function withoutDigest({ scheme: { bodyDigest }, url }: Signer): string {
  const parsed = new URL(url);
  if (bodyDigest === undefined || !parsed.searchParams.has(bodyDigest.query)) return url;
  parsed.searchParams.delete(bodyDigest.query);
  return parsed.href;
}

/** Every header that the scheme reads. */
function headersReadBy({ signatures, timestamp, id, event }: WebhookScheme): string[] {
  const places = [signatures.flatMap(({ at }) => at), timestamp?.at ?? [], id ?? [], event.id, event.type].flat();
  return places.flatMap((at) => ('header' in at ? [at.header] : []));
}

/** The scheme with the places first at which this event had its values: some providers have two names for a header. */
function asSent(scheme: WebhookScheme, event: ReplayEvent): WebhookScheme {
  const received = new Received({ headers: headersOf(event.rawHeaders), body: event.body });
  const isThere = (at: ValueSource) => received.values(at) !== undefined;
  const order = (places: Places): Places => {
    const used = places.find(isThere);
    return used === undefined ? places : [used, ...places.filter((at) => at !== used)];
  };
  const { signatures, timestamp, id } = scheme;
  const [first, ...others] = signatures;
  const at = <Method extends { at: Places }>(method: Method): Method => ({ ...method, at: order(method.at) });
  return {
    ...scheme,
    signatures: [at(first), ...others.map(at)],
    ...(timestamp === undefined ? {} : { timestamp: at(timestamp) }),
    ...(id === undefined ? {} : { id: order(id) }),
  };
}

/** Whether the secret is a key that makes signatures. */
export function canSign(signer: Signer): boolean {
  return trySigning(signer) !== undefined;
}

/** Whether what a receiver holds also makes the signatures that it accepts: shared secrets do, public keys do not. */
export function isShared(signer: Signer): boolean {
  const signed = trySigning(signer);
  if (signed === undefined) return false;
  const secrets = [{ name: '', value: signer.secret }];
  return verifySignature(signer.scheme, signed, { secrets, nowMs: 0 }).valid;
}

function trySigning({ scheme, secret, url }: Signer): SignedDelivery | undefined {
  try {
    return signWebhook(scheme, { body: Buffer.from('{}'), secret, timestampMs: 0, url });
  } catch {
    return undefined;
  }
}
