import type { WebhookScheme } from './scheme.ts';
import type { NamedSecret } from './verify.ts';

export interface SecretVariant {
  readonly cause:
    | 'secret_has_blanks'
    | 'secret_has_quotes'
    | 'secret_has_name'
    | 'secret_encoded'
    | 'secret_prefix_lost'
    | 'secret_needs_line_end';
  readonly secret: NamedSecret;
}

/** Secrets that may have been meant: without what copying, `echo`, .env files and secret stores make of them. */
export function* secretVariants(scheme: WebhookScheme, secrets: readonly NamedSecret[]): Generator<SecretVariant> {
  const prefixes = scheme.signatures.flatMap((method) => ('secretPrefix' in method ? [method.secretPrefix ?? ''] : []));
  for (const { name, value } of secrets) {
    const trimmed = value?.replace(/(?:\\[nrt])+$/, '').trim() ?? '';
    if (trimmed === '') continue;
    for (const { cause, text } of textVariants(trimmed, prefixes)) yield { cause, secret: { name, value: text } };
  }
}

function* textVariants(
  trimmed: string,
  prefixes: readonly string[],
): Generator<{ cause: SecretVariant['cause']; text: string }> {
  yield { cause: 'secret_has_blanks', text: trimmed };
  const quoted = /^(["'`])(.*)\1$/s.exec(trimmed)?.[2];
  if (quoted !== undefined) yield { cause: 'secret_has_quotes', text: quoted.trim() };
  // A whole line of an .env file; `v1,` is how some consoles show the version of a secret.
  const [, named] = /^(?:(?:export\s+)?\w{1,128}=|v1,)["']?([^"']+)["']?$/.exec(trimmed) ?? [];
  if (named !== undefined) yield { cause: 'secret_has_name', text: named };
  for (const text of decoded(trimmed)) yield { cause: 'secret_encoded', text };
  for (const prefix of prefixes) {
    if (prefix !== '' && !trimmed.startsWith(prefix)) yield { cause: 'secret_prefix_lost', text: prefix + trimmed };
  }
  yield { cause: 'secret_needs_line_end', text: `${trimmed}\n` };
  yield { cause: 'secret_needs_line_end', text: `${trimmed}\r\n` };
}

/** What the text encodes, once or, as when a manifest is encoded and then encoded again, twice. */
function decoded(text: string): string[] {
  const once = [Buffer.from(text, 'base64').toString('utf8').trim(), decodePercent(text)];
  const twice = Buffer.from(once[0] ?? '', 'base64')
    .toString('utf8')
    .trim();
  return [...once, twice].filter((value) => value !== text && /^[\x20-\x7e]{4,}$/.test(value));
}

export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
