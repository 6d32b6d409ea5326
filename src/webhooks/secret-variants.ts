import type { NamedSecret } from './verify.ts';

export interface SecretVariant {
  readonly cause: 'secret_has_blanks' | 'secret_has_quotes' | 'secret_needs_line_end';
  readonly secret: NamedSecret;
}

/** Secrets that may have been meant: without what copying, `echo` and .env files put around them. */
export function* secretVariants(secrets: readonly NamedSecret[]): Generator<SecretVariant> {
  for (const { name, value } of secrets) {
    if (value === undefined) continue;
    const trimmed = value.replace(/(?:\\[nrt])+$/, '').trim();
    if (trimmed === '') continue;
    yield { cause: 'secret_has_blanks', secret: { name, value: trimmed } };
    const quoted = /^(["'`])(.*)\1$/s.exec(trimmed)?.[2];
    if (quoted !== undefined) yield { cause: 'secret_has_quotes', secret: { name, value: quoted.trim() } };
    yield { cause: 'secret_needs_line_end', secret: { name, value: `${trimmed}\n` } };
    yield { cause: 'secret_needs_line_end', secret: { name, value: `${trimmed}\r\n` } };
  }
}
