import type { BodyCause } from './body-variants.ts';

/** Why a signature fails, as far as trying can tell. Codes are stable: agents branch on them. */
export const CAUSES = [
  'header_renamed',
  'header_missing',
  'header_malformed',
  'signature_rewritten',
  'field_missing',
  'field_malformed',
  'other_provider',
  'url_missing',
  'url_changed',
  'certificate_missing',
  'certificate_untrusted',
  'secret_not_set',
  'secret_not_a_key',
  'secret_has_blanks',
  'secret_has_quotes',
  'secret_has_name',
  'secret_encoded',
  'secret_prefix_lost',
  'secret_needs_line_end',
  'secret_read_differently',
  'secret_is_api_key',
  'other_secret',
  'timestamp_in_milliseconds',
  'clock_skew',
  'empty_body',
  'object_as_text',
  'line_end_lost',
  'line_end_added',
  'line_ends_changed',
  'bom_added',
  'bom_removed',
  'base64_body',
  'compressed_body',
  'json_in_string',
  'json_reserialised',
  'form_reserialised',
  'charset_changed',
  'body_cut',
  'unexplained',
] as const;

export type Cause = (typeof CAUSES)[number];

export interface Finding {
  readonly cause: Cause;
  /** What happened, in plain words; names variables and headers, shows no secret. */
  readonly explanation: string;
  /** What to change, and where. */
  readonly fix: string;
}

const USE_RAW_BODY =
  'Verify the bytes as received, before anything parses them: in Express mount express.raw({ type: "*/*" }) on the webhook route ' +
  'ahead of express.json(); in Fetch-style handlers verify await request.arrayBuffer(). Parse afterwards.';

const FIXES: Record<Cause, string> = {
  header_renamed:
    'Read the header under the name that the provider uses, or stop the proxy or framework from renaming it.',
  header_missing:
    'Let every proxy and framework pass the header on. When the provider never sent it, set a signing secret at the provider.',
  header_malformed: 'Pass the header on as received: not cut, not joined with others, not decoded or quoted.',
  signature_rewritten:
    'Pass the header on as received: not decoded, quoted, joined, cut or converted to another case or encoding.',
  field_missing:
    'Give the whole body as received. When the provider never sent that field, its signing is switched off, or it is another provider.',
  field_malformed: 'Give the body as received: parsing and writing it again may change the kind of a value.',
  other_provider: 'Route this delivery to the handler of that provider, or verify it with that scheme.',
  url_missing:
    'Give url: the address as it is configured at the provider, with its query. In a handler, build it from a configured base, not ' +
    'from the request: behind a proxy that shows another scheme, host or port.',
  url_changed:
    'Verify with the URL as it is configured at the provider. Behind a proxy build it from a configured base, or let the framework ' +
    'trust the forwarded scheme and host (Express: app.set("trust proxy", 1)), and keep path and query as received.',
  certificate_missing:
    'Allow this server to reach the host of the certificate, then verify again; breaker_status shows whether calls to it are held.',
  certificate_untrusted:
    'Refuse the delivery: whoever chooses the certificate chooses the key. Check host, chain, name and validity, as here, in the handler too.',
  secret_not_set:
    'Name the variable that holds the webhook secret, in the call or in the configuration, and set it in the environment that this ' +
    'server is started with; then restart it. A placeholder that was not expanded counts as not set.',
  secret_not_a_key:
    "Store the verification key that the provider's webhook settings show: the public key as base64 or PEM.",
  secret_has_blanks:
    'Store the secret without blanks and line ends around it (printf instead of echo), or trim it when it is read.',
  secret_has_quotes: 'Store the secret without the quotation marks: not every reader of .env files removes them.',
  secret_has_name: 'Store the secret alone, without the name, version or equals sign in front of it.',
  secret_encoded:
    'Store the secret as the provider shows it: decode it where it is read, or do not encode it where it is stored (Kubernetes encodes ' +
    'the values under `data` itself; `stringData` takes them plain).',
  secret_prefix_lost: 'Store the secret whole: its prefix is part of it.',
  secret_read_differently:
    'Make the key in the way the provider documents: the bytes that the text encodes, or those of the text itself.',
  secret_is_api_key:
    "Store the signing secret from the provider's webhook settings: API keys and tokens sign nothing. Replace the key if it was shown.",
  secret_needs_line_end: 'The secret was stored at the sender with a line end: enter it again there without one.',
  other_secret:
    'Verify with that secret. Test and live mode, each endpoint, Connect and the command line tool have secrets of their own.',
  timestamp_in_milliseconds: 'Send and sign the timestamp in whole seconds: Math.floor(Date.now() / 1000).',
  clock_skew:
    'Synchronise the clocks (NTP). When both are right, the delivery waited too long or is a replay: verify on arrival, and keep the tolerance.',
  empty_body: `The body was read before the handler read it: a stream gives its bytes once. ${USE_RAW_BODY}`,
  object_as_text: `The handler turned a parsed object into text. ${USE_RAW_BODY}`,
  line_end_lost: `Keep the line end: do not trim or read line by line. ${USE_RAW_BODY}`,
  line_end_added: `Add nothing to the body: editors, echo and curl -d @file change line ends (use --data-binary). ${USE_RAW_BODY}`,
  line_ends_changed: `Handle the body as binary: text mode and git's autocrlf change line ends. ${USE_RAW_BODY}`,
  bom_added: 'Remove the byte order mark: write the body as UTF-8 without BOM, and as bytes.',
  bom_removed: `Keep the byte order mark: text decoders drop it, and it is signed. ${USE_RAW_BODY}`,
  base64_body: 'Decode the body first: Buffer.from(event.body, "base64") when event.isBase64Encoded, as on AWS Lambda.',
  compressed_body:
    'Decompress the body before verifying (Content-Encoding), or let the server do it: the plain bytes are signed.',
  json_in_string: 'The body was encoded as JSON once too often: pass the inner text on as it is.',
  json_reserialised: USE_RAW_BODY,
  form_reserialised: USE_RAW_BODY,
  charset_changed: `Do not decode and encode the body with different character sets. ${USE_RAW_BODY}`,
  body_cut: `Read the whole body before verifying it, and raise the limits that cut it. ${USE_RAW_BODY}`,
  unexplained:
    "Copy this endpoint's signing secret from the provider again, then compare the bytes that the handler verifies with the bytes " +
    'received. When both are right, the delivery is not genuine: refuse it.',
};

export function finding(cause: Cause, explanation: string): Finding {
  return { cause, explanation, fix: FIXES[cause] };
}

/** What happened to a body, given that the signature fits another. */
export const BODY_EXPLANATIONS: Record<BodyCause, string> = {
  line_end_lost: 'The signature fits the body with a line end at its end: it was lost on the way to the handler.',
  line_end_added:
    'The signature fits the body without the blanks at its end: they were added on the way to the handler.',
  line_ends_changed: 'The signature fits the body with the other kind of line ends: LF and CRLF were converted.',
  bom_added: 'The signature fits the body without its byte order mark: it was added on the way.',
  bom_removed: 'The signature fits the body with a byte order mark in front: it was removed on the way.',
  base64_body: 'The signature fits the base64-decoded body: the handler was given base64 text instead of the bytes.',
  compressed_body: 'The signature fits the decompressed body: the handler was given compressed bytes.',
  json_in_string: 'The signature fits the text inside this JSON string: the body was encoded a second time.',
  json_reserialised:
    'The signature fits the same JSON written differently: it was parsed and written again on the way.',
  form_reserialised: 'The signature fits the same fields as a form: the body was parsed and written again on the way.',
  charset_changed:
    'The signature fits the body in another character set: it was decoded with one and encoded with another.',
};
