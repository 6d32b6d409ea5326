import { AppError } from '../core/errors.ts';
import { parseJson } from '../core/parse-json.ts';
import type { JsonValue, ValueSource } from './scheme.ts';

/** A delivery while it is put together. The body keeps its bytes until a value is put into it. */
export class DraftDelivery {
  readonly headers: Record<string, string> = {};
  body: Buffer;
  url: string | undefined;
  #document: Record<string, unknown> | undefined;

  constructor(body: Buffer, url: string | undefined) {
    this.body = body;
    this.url = url;
  }

  /** Puts a value where the scheme expects it. In a list it is added to what is there. */
  put(at: ValueSource, value: string | number): void {
    if ('json' in at) this.#putJson(at, value);
    else if ('query' in at) this.#putQuery(at.query, String(value));
    else {
      const entry = `${at.prefix ?? ''}${value}`;
      const before = this.headers[at.header];
      this.headers[at.header] = before === undefined ? entry : `${before}${at.separator ?? ', '}${entry}`;
    }
  }

  #putQuery(name: string, value: string): void {
    if (this.url === undefined) return;
    this.url += `${this.url.includes('?') ? '&' : '?'}${new URLSearchParams([[name, value]])}`;
  }

  #putJson({ json }: JsonValue, value: string | number): void {
    this.#document ??= openDocument(this.body);
    this.#document = withValue(this.#document, json, value);
    this.body = Buffer.from(JSON.stringify(this.#document));
  }
}

function openDocument(body: Buffer): Record<string, unknown> {
  const document = parseJson(body);
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) return { ...document };
  throw new AppError('invalid_input', 'This provider puts values into the body, and the body is not a JSON object.', {
    hint: 'Give the body as a JSON object.',
  });
}

/** A copy in which the value stands at the path; what is in the way is replaced. */
function withValue(
  document: Record<string, unknown>,
  [step = '', ...rest]: JsonValue['json'],
  value: unknown,
): Record<string, unknown> {
  const inner = document[step];
  const branch = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : {};
  return { ...document, [step]: rest.length === 0 ? value : withValue(branch, rest, value) };
}
