import type { Redacted } from '../core/redact.ts';
import { findSecret, redactSecrets } from '../core/redact.ts';
import { readableText } from './json-text.ts';
import type { MemoryChanges, NewMemory, Origin } from './memory.ts';
import { toPlainText } from './plain-text.ts';
import { redactRandomText } from './random-text.ts';

/** Masks secrets in every text of a memory that reaches the disk. */
export class SecretMask {
  readonly #kinds = new Set<string>();
  readonly #maskKnown: (text: string) => string;

  /** @param maskKnown masks secrets by their values: whatever they look like. */
  constructor(maskKnown: (text: string) => string = (text) => text) {
    this.#maskKnown = maskKnown;
  }

  /** Kinds of secrets that were masked, each once. */
  get kinds(): string[] {
    return [...this.#kinds];
  }

  memory(memory: NewMemory): NewMemory {
    return {
      ...memory,
      ...this.#labels(memory),
      tags: memory.tags.map(this.text),
      content: this.content(memory.content),
    };
  }

  changes(changes: MemoryChanges): MemoryChanges {
    const content = changes.content === undefined ? undefined : this.content(changes.content);
    const sessionId = this.optional(changes.sessionId);
    return { ...changes, ...this.#labels(changes), tags: changes.tags?.map(this.text), content, sessionId };
  }

  readonly text = (original: string): string => {
    const redacted = redactVisibly(original);
    for (const kind of redacted.kinds) this.#kinds.add(kind);
    const text = this.#maskKnown(redacted.text);
    if (text !== redacted.text) this.#kinds.add('configured_secret');
    return text;
  };

  optional(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.text(text);
  }

  origin(origin: Origin): Origin {
    return { ...origin, sessionId: this.optional(origin.sessionId) };
  }

  /** JSON escapes can hide a secret from the patterns but not from a reader: then the document is written anew without them. */
  content(content: string): string {
    const masked = this.text(content);
    const text = readableText(masked);
    if (text === masked || !holdsSecret(toPlainText(text))) return masked;
    const document: unknown = JSON.parse(masked, (_key, value: unknown) =>
      typeof value === 'string' ? this.text(value) : value,
    );
    return this.text(JSON.stringify(document));
  }

  #labels({ summary, category }: MemoryChanges): Pick<NewMemory, 'summary' | 'category'> {
    return { summary: this.optional(summary), category: this.optional(category) };
  }
}

/** Characters that nobody sees can hide a secret from the patterns: then the text is stored without them. */
function redactVisibly(text: string): Redacted {
  const redacted = redact(text);
  const visible = toPlainText(redacted.text);
  return visible === redacted.text || !holdsSecret(visible) ? redacted : redact(toPlainText(text));
}

/** By the shapes of providers first: they say which key it was. */
function redact(text: string): Redacted {
  const shaped = redactSecrets(text);
  const random = redactRandomText(shaped.text);
  return { text: random.text, kinds: [...shaped.kinds, ...random.kinds] };
}

function holdsSecret(text: string): boolean {
  return findSecret(text) !== undefined || redactRandomText(text).kinds.length > 0;
}
