import { findSecret } from '../core/redact.ts';
import { bodyVariants } from './body-variants.ts';
import { readClaim } from './claim.ts';
import type { Delivery } from './delivery.ts';
import { headerLines } from './delivery.ts';
import type { Finding } from './findings.ts';
import { BODY_EXPLANATIONS, finding } from './findings.ts';
import { headersOf, headerVariants, withHeader } from './header-variants.ts';
import type { HmacSignature, SignatureMethod, WebhookScheme } from './scheme.ts';
import { secretVariants } from './secret-variants.ts';
import { urlVariants } from './url-variants.ts';
import type { SignatureVerdict } from './verdict.ts';
import type { NamedSecret, VerifyOptions } from './verify.ts';
import { verifySignature } from './verify.ts';

/** An invalid delivery and what else is known. */
export interface Case extends VerifyOptions {
  readonly otherSecrets: readonly NamedSecret[];
  readonly schemes: ReadonlyMap<string, WebhookScheme>;
  readonly scheme: WebhookScheme;
  readonly delivery: Delivery;
  readonly verdict: SignatureVerdict;
}

/** One cause, or a few that are alike, tried by undoing it. */
export type Attempt = (problem: Case) => Finding | undefined;

/** The name of the secret that fits when something is changed. */
function signerOf(
  problem: Case,
  change: { scheme?: WebhookScheme; delivery?: Partial<Delivery>; secrets?: readonly NamedSecret[] },
): string | undefined {
  const delivery = change.delivery === undefined ? problem.delivery : { ...problem.delivery, ...change.delivery };
  const options = { ...problem, secrets: change.secrets ?? problem.secrets };
  return verifySignature(change.scheme ?? problem.scheme, delivery, options).matchedSecret;
}

export const findCleanSecret: Attempt = (problem) => {
  for (const { cause, secret } of secretVariants(problem.scheme, problem.secrets)) {
    if (signerOf(problem, { secrets: [secret] }) === undefined) continue;
    const explanations = {
      secret_has_blanks: 'without the blanks or line end around it',
      secret_has_quotes: 'without its quotation marks',
      secret_has_name: 'without what stands in front of it',
      secret_encoded: 'once that is decoded',
      secret_prefix_lost: 'with the prefix that the provider puts in front of it',
      secret_needs_line_end: 'followed by a line end',
    };
    return finding(cause, `The signature fits the value of ${secret.name} ${explanations[cause]}.`);
  }
  return undefined;
};

export const findOtherSecret: Attempt = (problem) => {
  const signer = signerOf(problem, { secrets: problem.otherSecrets });
  if (signer === undefined) return undefined;
  const tried = problem.secrets.map(({ name }) => name).join(', ');
  return finding('other_secret', `The signature was made with ${signer}${tried === '' ? '' : `, not with ${tried}`}.`);
};

export const findLostBody: Attempt = ({ delivery: { body } }) => {
  if (body.length === 0) return finding('empty_body', 'The body is empty.');
  const isObjectText = /^"?(?:\[object \w+\]|undefined|null|NaN)"?$/.test(body.toString('latin1', 0, 40));
  return isObjectText
    ? finding('object_as_text', 'The body is the text of a JavaScript value without its data.')
    : undefined;
};

export const findChangedBody: Attempt = (problem) => {
  for (const { cause, body, layout } of bodyVariants(problem.delivery.body)) {
    if (signerOf(problem, { delivery: { body } }) === undefined) continue;
    const detail = layout === undefined ? '' : ` What was signed is JSON ${layout}.`;
    return finding(cause, `${BODY_EXPLANATIONS[cause]}${detail}`);
  }
  return undefined;
};

export const findChangedUrl: Attempt = (problem) => {
  const { url, headers } = problem.delivery;
  if (url === undefined || !problem.scheme.signed.includes('url')) return undefined;
  for (const variant of urlVariants(url, headers)) {
    if (signerOf(problem, { delivery: { url: variant.url } }) === undefined) continue;
    return finding('url_changed', `The signature fits the URL with ${variant.changes.join(' and ')}.`);
  }
  return undefined;
};

export const findRewrittenSignature: Attempt = (problem) => {
  for (const headers of headerVariants(problem.scheme, problem.delivery.headers)) {
    if (signerOf(problem, { delivery: { headers } }) === undefined) continue;
    return finding('signature_rewritten', 'The signature is genuine, but its header was rewritten on the way.');
  }
  return undefined;
};

export const findMilliseconds: Attempt = (problem) => {
  const { scheme, delivery, verdict } = problem;
  const claim = readClaim(scheme, delivery);
  if ('reason' in claim || scheme.timestamp?.format !== undefined || claim.timestamp.length < 12) return undefined;
  if (verdict.matchedSecret !== undefined) {
    return finding('timestamp_in_milliseconds', 'The signature is good, but its timestamp is in milliseconds.');
  }
  for (const { header } of headersOf(scheme.timestamp?.at ?? [{ header: '' }])) {
    const [line = ''] = headerLines(delivery.headers, header) ?? [];
    const headers = withHeader(delivery.headers, header, line.replace(claim.timestamp, claim.timestamp.slice(0, -3)));
    if (signerOf(problem, { delivery: { headers } }) === undefined) continue;
    return finding(
      'timestamp_in_milliseconds',
      'The signature fits the timestamp in seconds; it was sent in milliseconds.',
    );
  }
  return undefined;
};

/** A key made of the secret in another way than the scheme's. */
export const findKeyReading: Attempt = (problem) => {
  const { scheme, secrets } = problem;
  for (const key of ['utf8', 'base64', 'hex'] as const) {
    const [first, ...others] = scheme.signatures.map((method) => (isHmac(method) ? { ...method, key } : method));
    if (first === undefined) continue;
    const bare = secrets.map(({ name, value }) => ({ name, value: value?.replace(prefixOf(scheme), '') }));
    const signer = signerOf(problem, {
      scheme: { ...scheme, signatures: [first, ...others] },
      secrets: [...secrets, ...bare],
    });
    if (signer === undefined) continue;
    const reading = key === 'utf8' ? 'the bytes of its text' : `what its text encodes in ${key}`;
    return finding('secret_read_differently', `The signature was made with ${signer}, but with ${reading} as the key.`);
  }
  return undefined;
};

function isHmac(method: SignatureMethod): method is HmacSignature {
  return method.algorithm === 'hmac-sha256' || method.algorithm === 'hmac-sha1';
}

function prefixOf({ signatures }: WebhookScheme): string {
  return signatures.flatMap((method) => (isHmac(method) ? [method.secretPrefix ?? ''] : []))[0] ?? '';
}

export const findOtherProvider: Attempt = (problem) => {
  const { schemes, scheme, verdict, delivery, secrets, otherSecrets } = problem;
  const alike: string[] = [];
  for (const [name, other] of schemes) {
    if (other === scheme || other.signatures.some(({ algorithm }) => algorithm === 'token')) continue;
    if ('reason' in readClaim(other, delivery)) continue;
    const signer = signerOf(problem, { scheme: other, secrets: [...secrets, ...otherSecrets] });
    if (signer !== undefined) return finding('other_provider', `It is a delivery of ${name}, signed with ${signer}.`);
    alike.push(name);
  }
  // Beside readable values of its own scheme, foreign ones say nothing.
  const isReadable = !verdict.reason.startsWith('missing_') && !verdict.reason.startsWith('malformed_');
  if (alike.length === 0 || isReadable) return undefined;
  return finding('other_provider', `It looks like a delivery of ${alike.join(' or ')}. ${verdict.message}`);
};

export const findCutBody: Attempt = ({ delivery: { headers, body } }) => {
  const [length = ''] = headerLines(headers, 'content-length') ?? [];
  if (!/^\d{1,12}$/.test(length) || Number(length) === body.length) return undefined;
  return finding('body_cut', `The headers announce ${Number(length)} bytes, and the body has ${body.length}.`);
};

export const findApiKey: Attempt = ({ secrets }) => {
  for (const { name, value } of secrets) {
    const kind = value === undefined ? undefined : findSecret(value);
    if (kind === undefined || kind === 'webhook_secret' || kind === 'private_key') continue;
    return finding('secret_is_api_key', `The value of ${name} has the shape of another credential (${kind}).`);
  }
  return undefined;
};
