import { parseJson } from '../../core/parse-json.ts';
import { Received } from '../delivery.ts';
import { JSON_LAYOUTS } from '../json-layout.ts';
import { headersOf, withoutHeaders } from '../raw-headers.ts';
import type { ValueSource, WebhookScheme } from '../scheme.ts';
import { signsBody } from '../scheme.ts';
import { FreshIds } from './fresh-ids.ts';
import type { Outgoing, ReplayEvent, Signer } from './outgoing.ts';
import { asReceived, signAgain } from './outgoing.ts';

/** What can be done to a delivery, besides sending it twice. */
export const FAULTS = ['duplicate', 'stale', 'bad_signature', 'reserialised', 'rolled_secret'] as const;
export type Fault = (typeof FAULTS)[number];

/** A delivery with a fault, and which kind of it. */
export interface FaultyDelivery {
  readonly fault: Fault;
  readonly kind: string;
  readonly outgoing: Outgoing;
}

/** Why a fault could not be made, in our words. */
export interface ImpossibleFault {
  readonly fault: Fault;
  readonly reason: string;
}

export interface FaultInput {
  readonly scheme: WebhookScheme;
  readonly event: ReplayEvent;
  /** Undefined where there is no secret to sign with. */
  readonly signer: Signer | undefined;
  readonly nowMs: number;
}

/** Twice any tolerance that a provider asks for, and never less than this. */
const MIN_STALENESS_MS = 60 * 60 * 1000;
const CUT_LENGTH = 8;
const NO_SECRET = 'there is no secret here to sign with';

/** Each with an event of its own, where it can be signed: a handler that knows the event already would answer that. */
export function makeFault(fault: Fault, input: FaultInput): readonly FaultyDelivery[] | ImpossibleFault {
  switch (fault) {
    case 'stale':
      return makeStale(input);
    case 'bad_signature':
      return makeForged(input);
    case 'reserialised':
      return makeReserialised(input);
    case 'rolled_secret':
      return makeRolled(input);
    default:
      return [];
  }
}

function genuine({ scheme, event, signer, nowMs }: FaultInput, ageMs = 0): Outgoing {
  if (signer === undefined) return asReceived(event);
  const ids = new FreshIds(scheme);
  const body = ids.apply(event.body);
  const eventId = event.eventId && ids.rename(event.eventId);
  return signAgain(event, signer, { timestampMs: nowMs - ageMs, body, eventId });
}

function makeStale(input: FaultInput): FaultyDelivery[] | ImpossibleFault {
  const { scheme, signer } = input;
  if (scheme.timestamp === undefined) return { fault: 'stale', reason: 'the provider signs no timestamp' };
  if (signer === undefined) return { fault: 'stale', reason: NO_SECRET };
  const toleranceMs = (scheme.timestamp.toleranceS ?? 0) * 1000;
  if (toleranceMs === 0) return { fault: 'stale', reason: 'the provider asks for no tolerance' };
  const ageMs = Math.max(2 * toleranceMs, MIN_STALENESS_MS);
  return [{ fault: 'stale', kind: `${ageMs / 60_000} min old`, outgoing: genuine(input, ageMs) }];
}

/** Wrong in ways that different mistakes let through: no check, a check of the beginning only, a check where there is a header. */
function makeForged(input: FaultInput): FaultyDelivery[] | ImpossibleFault {
  const base = genuine(input);
  const { scheme } = input;
  const signature = readSignature(scheme, base);
  if (signature === undefined) return { fault: 'bad_signature', reason: 'the event carries no signature to change' };
  const forged = (kind: string, outgoing: Outgoing): FaultyDelivery => ({ fault: 'bad_signature', kind, outgoing });
  const { value } = signature;
  const changed = [
    forged('one character changed', replaceEverywhere(base, value, changeCharacter(value))),
    forged('cut short', replaceEverywhere(base, value, value.slice(0, CUT_LENGTH))),
    forged('left out', unsign(scheme, base, value)),
  ];
  const body = signsBody(scheme) ? new FreshIds(scheme).apply(base.body) : base.body;
  return body.equals(base.body) ? changed : [...changed, forged('body changed', { ...base, body })];
}

/**
 * One document in two layouts: signed as `JSON.stringify` writes it, sent in another. Only a handler that parses the body and writes it
 * again finds a good signature. Without a secret the signature is that of the body as received.
 */
function makeReserialised(input: FaultInput): FaultyDelivery[] | ImpossibleFault {
  const { scheme, event, signer, nowMs } = input;
  if (!signsBody(scheme)) return { fault: 'reserialised', reason: 'the provider does not sign the body' };
  const ids = new FreshIds(scheme);
  const sent = signer === undefined ? event.body : ids.apply(event.body);
  const document = parseJson(sent);
  if (typeof document !== 'object' || document === null) {
    return { fault: 'reserialised', reason: 'the body is not JSON' };
  }
  const compact = Buffer.from(JSON_LAYOUTS.compact(document));
  const other = sent.equals(compact) ? Buffer.from(JSON_LAYOUTS.indented(document)) : sent;
  const fault = (outgoing: Outgoing): FaultyDelivery => ({ fault: 'reserialised', kind: 'another layout', outgoing });
  if (signer === undefined) {
    return [fault({ ...asReceived(event), body: other === sent ? compact : other })];
  }
  const eventId = event.eventId && ids.rename(event.eventId);
  return [fault({ ...signAgain(event, signer, { timestampMs: nowMs, body: compact, eventId }), body: other })];
}

/** As while a secret is rolled: a signature of another secret stands before the good one. */
function makeRolled(input: FaultInput): FaultyDelivery[] | ImpossibleFault {
  const base = genuine(input);
  const { at, value = '' } = readSignature(input.scheme, base) ?? {};
  if (at === undefined || !('header' in at) || at.separator === undefined) {
    return { fault: 'rolled_secret', reason: 'the provider sends one signature only' };
  }
  const { header, prefix = '', separator } = at;
  const other = `${prefix}${changeCharacter(value)}${separator}`;
  const text = [headersOf(base.headers)[header] ?? ''].flat()[0] ?? '';
  const rolled = text.replace(`${prefix}${value}`, (entry) => other + entry);
  const headers = [...withoutHeaders(base.headers, new Set([header])), header, rolled];
  return [{ fault: 'rolled_secret', kind: 'good signature second', outgoing: { ...base, headers } }];
}

/** The signature that decides, and where it stands. */
function readSignature(scheme: WebhookScheme, outgoing: Outgoing): { at: ValueSource; value: string } | undefined {
  const url = `http://localhost/${outgoing.query}`;
  const received = new Received({ headers: headersOf(outgoing.headers), body: outgoing.body, url });
  for (const at of scheme.signatures.flatMap((method) => method.at)) {
    const value = received.values(at)?.[0];
    if (value !== undefined) return { at, value };
  }
  return undefined;
}

function replaceEverywhere({ headers, body, query }: Outgoing, value: string, replacement: string): Outgoing {
  const replace = (text: string) => text.replaceAll(value, () => replacement);
  const isInBody = body.includes(value);
  return {
    headers: headers.map((text, index) => (index % 2 === 0 ? text : replace(text))),
    body: isInBody ? Buffer.from(replace(body.toString('utf8'))) : body,
    query: replace(query),
  };
}

function unsign({ signatures }: WebhookScheme, outgoing: Outgoing, value: string): Outgoing {
  const names = signatures.flatMap(({ at }) => at.flatMap((place) => ('header' in place ? [place.header] : [])));
  const { body, query, headers } = replaceEverywhere(outgoing, value, '');
  return { headers: withoutHeaders(headers, new Set(names)), body, query };
}

/** Behind the middle, so that what compares only the beginning is found out; not at the end, where base64 has bits that count for nothing. */
function changeCharacter(signature: string): string {
  const index = Math.floor(signature.length * 0.75);
  const other = signature[index] === '0' ? '1' : '0';
  return signature.slice(0, index) + other + signature.slice(index + 1);
}
