import { bodyVariants, MAX_VARIANT_BYTES } from './body-variants.ts';
import type { Delivery, WebhookHeaders } from './delivery.ts';
import type { Cause, Finding } from './findings.ts';
import { BODY_EXPLANATIONS, finding } from './findings.ts';
import type { RenamedHeader } from './renamed-headers.ts';
import { findRenamedHeaders } from './renamed-headers.ts';
import type { WebhookScheme } from './scheme.ts';
import { secretVariants } from './secret-variants.ts';
import type { Claim, NamedSecret, SignatureVerdict, VerdictReason, VerifyOptions } from './verify.ts';
import { findSigner, readClaim, verifySignature } from './verify.ts';

export interface DiagnoseOptions extends VerifyOptions {
  /** Secrets that are configured for something else: another mode, endpoint or provider. */
  readonly otherSecrets: readonly NamedSecret[];
  /** Every known scheme, by the name of its provider. */
  readonly schemes: ReadonlyMap<string, WebhookScheme>;
}

/** An invalid delivery; the claim is what its headers hold. */
interface Case extends DiagnoseOptions {
  readonly scheme: WebhookScheme;
  readonly body: Buffer;
  readonly headers: WebhookHeaders;
  readonly verdict: SignatureVerdict;
}

type Readable = Case & { readonly claim: Claim };
type Try = (problem: Readable) => Finding | undefined;

/** What a verdict means when nothing that was tried explains more. */
const CAUSES_BY_REASON: Partial<Record<VerdictReason, Cause>> = {
  missing_header: 'header_missing',
  malformed_header: 'header_malformed',
  no_secret: 'secret_not_set',
  invalid_secret: 'secret_not_a_key',
  timestamp_too_old: 'clock_skew',
  timestamp_in_future: 'clock_skew',
};

/** Without a usable secret no change of the body can be recognised. */
const KEY_TRIES: readonly Try[] = [findCleanSecret, findOtherSecret, findOtherProvider];

const TRIES: Partial<Record<VerdictReason, readonly Try[]>> = {
  timestamp_too_old: [findMilliseconds],
  timestamp_in_future: [findMilliseconds],
  signature_mismatch: [
    findCleanSecret,
    findOtherSecret,
    findLostBody,
    findChangedBody,
    findMilliseconds,
    findOtherProvider,
  ],
};

/**
 * Why a delivery is invalid, found by trying what commonly goes wrong: most causes are named only when undoing them makes the
 * signature fit. The likeliest first; empty for a valid delivery and for a body too large to verify. Work is bounded, and nothing
 * returned shows a secret. Never throws.
 */
export function diagnose(scheme: WebhookScheme, { headers, body }: Delivery, options: DiagnoseOptions): Finding[] {
  const verdict = verifySignature(scheme, { headers, body }, options);
  if (verdict.reason !== 'missing_header') return explain({ ...options, scheme, body, headers, verdict });

  const renamed = findRenamedHeaders(scheme, headers);
  const restored = { ...headers };
  for (const { expected, actual } of renamed) restored[expected] = headers[actual];
  const next = verifySignature(scheme, { headers: restored, body }, options);
  const rest = explain({ ...options, scheme, body, headers: restored, verdict: next });
  return renamed.length === 0 ? rest : [explainRenamed(renamed), ...rest];
}

function explain(problem: Case): Finding[] {
  const { verdict, scheme, headers } = problem;
  if (verdict.valid || verdict.reason === 'body_too_large') return [];
  const claim = readClaim(scheme, headers);
  const found = 'reason' in claim ? findOtherProvider(problem) : tryAll({ ...problem, claim });
  const cause = CAUSES_BY_REASON[verdict.reason];
  return [found ?? (cause === undefined ? unexplained(problem) : finding(cause, verdict.message))];
}

function tryAll(problem: Readable): Finding | undefined {
  for (const attempt of TRIES[problem.verdict.reason] ?? KEY_TRIES) {
    const found = attempt(problem);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The name of the secret that fits when one thing is changed. */
function signerOf(
  { scheme, claim, body, secrets }: Readable,
  change: { claim?: Claim; body?: Buffer; secrets?: readonly NamedSecret[] },
): string | undefined {
  const match = findSigner(scheme, change.claim ?? claim, change.body ?? body, change.secrets ?? secrets);
  return 'signer' in match ? match.signer : undefined;
}

function findCleanSecret(problem: Readable): Finding | undefined {
  for (const { cause, secret } of secretVariants(problem.secrets)) {
    if (signerOf(problem, { secrets: [secret] }) === undefined) continue;
    const explanations = {
      secret_has_blanks: `The signature fits the value of ${secret.name} without the blanks or line end around it.`,
      secret_has_quotes: `The signature fits the value of ${secret.name} without its quotation marks.`,
      secret_needs_line_end: `The signature fits the value of ${secret.name} followed by a line end.`,
    };
    return finding(cause, explanations[cause]);
  }
  return undefined;
}

function findOtherSecret(problem: Readable): Finding | undefined {
  const signer = signerOf(problem, { secrets: problem.otherSecrets });
  if (signer === undefined) return undefined;
  const tried = problem.secrets.map(({ name }) => name).join(', ');
  return finding('other_secret', `The signature was made with ${signer}${tried === '' ? '' : `, not with ${tried}`}.`);
}

function findLostBody({ body }: Readable): Finding | undefined {
  if (body.length === 0) return finding('empty_body', 'The body is empty.');
  const isObjectText = /^"?\[object \w+\]"?$/.test(body.toString('latin1', 0, 40));
  return isObjectText
    ? finding('object_as_text', 'The body is the text of a JavaScript object without its data.')
    : undefined;
}

function findChangedBody(problem: Readable): Finding | undefined {
  for (const { cause, body, layout } of bodyVariants(problem.body)) {
    if (signerOf(problem, { body }) === undefined) continue;
    const detail = layout === undefined ? '' : ` What was signed is JSON ${layout}.`;
    return finding(cause, `${BODY_EXPLANATIONS[cause]}${detail}`);
  }
  return undefined;
}

function findMilliseconds(problem: Readable): Finding | undefined {
  const { claim, verdict } = problem;
  if (claim.timestamp.length < 12) return undefined;
  if (verdict.matchedSecret !== undefined) {
    return finding('timestamp_in_milliseconds', 'The signature is good, but its timestamp is in milliseconds.');
  }
  const seconds = { ...claim, timestamp: claim.timestamp.slice(0, -3) };
  if (signerOf(problem, { claim: seconds }) === undefined) return undefined;
  return finding(
    'timestamp_in_milliseconds',
    'The signature fits the timestamp in seconds; it was sent in milliseconds.',
  );
}

function findOtherProvider({
  schemes,
  scheme,
  verdict,
  headers,
  body,
  secrets,
  otherSecrets,
}: Case): Finding | undefined {
  let alike: string | undefined;
  for (const [name, other] of schemes) {
    const claim = other === scheme ? undefined : readClaim(other, headers);
    if (claim === undefined || 'reason' in claim) continue;
    const match = findSigner(other, claim, body, [...secrets, ...otherSecrets]);
    if ('signer' in match)
      return finding('other_provider', `It is a delivery of ${name}, signed with ${match.signer}.`);
    alike ??= name;
  }
  // Beside readable headers of its own scheme, foreign ones say nothing.
  const isReadable = verdict.reason !== 'missing_header' && verdict.reason !== 'malformed_header';
  if (alike === undefined || isReadable) return undefined;
  return finding('other_provider', `The headers are those of a delivery of ${alike}. ${verdict.message}`);
}

function explainRenamed(renamed: readonly RenamedHeader[]): Finding {
  const pairs = renamed.map(({ expected, actual }) => `${expected} arrives as ${actual}`);
  return finding('header_renamed', `${pairs.join(' and ')}.`);
}

function unexplained({ body }: Case): Finding {
  const untried =
    body.length > MAX_VARIANT_BYTES ? ` Changes of a body over ${MAX_VARIANT_BYTES} bytes were not tried.` : '';
  return finding('unexplained', `None of the usual causes makes the signature fit.${untried}`);
}
