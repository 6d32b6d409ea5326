import type { Redacted } from '../core/redact.ts';
import { findSecret, redactSecrets } from '../core/redact.ts';
import { readableText } from './json-text.ts';
import type { NewMemory, Origin } from './memory-store.ts';
import { toPlainText } from './plain-text.ts';

export interface MaskedMemory {
  memory: NewMemory;
  origin: Origin;
  /** Kinds of secrets that were masked, each once. */
  redacted: string[];
}

/** Masks secrets in every text that reaches the disk. */
export function maskMemory(memory: NewMemory, origin: Origin): MaskedMemory {
  const kinds = new Set<string>();
  const mask = (text: string): string => {
    const redacted = redactVisibly(text);
    for (const kind of redacted.kinds) kinds.add(kind);
    return redacted.text;
  };
  const maskOptional = (text: string | undefined) => (text === undefined ? undefined : mask(text));
  const masked = {
    ...memory,
    content: maskContent(memory.content, mask),
    summary: maskOptional(memory.summary),
    category: maskOptional(memory.category),
    tags: memory.tags.map(mask),
  };
  const sessionId = maskOptional(origin.sessionId);
  return { memory: masked, origin: { ...origin, sessionId }, redacted: [...kinds] };
}

/** Characters that nobody sees can hide a secret from the patterns: then the text is stored without them. */
function redactVisibly(text: string): Redacted {
  const redacted = redactSecrets(text);
  return findSecret(toPlainText(redacted.text)) === undefined ? redacted : redactSecrets(toPlainText(text));
}

/** JSON escapes can hide a secret from the patterns but not from a reader: then the document is written anew without them. */
function maskContent(content: string, mask: (text: string) => string): string {
  const masked = mask(content);
  const text = readableText(masked);
  if (text === masked || findSecret(toPlainText(text)) === undefined) return masked;
  const document: unknown = JSON.parse(masked, (_key, value: unknown) =>
    typeof value === 'string' ? mask(value) : value,
  );
  return mask(JSON.stringify(document));
}
