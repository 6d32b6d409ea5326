import { AppError } from '../core/errors.ts';

/** A body as an agent can give it. */
export interface BodyInput {
  readonly body?: string | undefined;
  readonly body_base64?: string | undefined;
  /** Parsed fields of a form. */
  readonly params?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** The bytes of a body given in one of the forms. Throws `invalid_input` for none or several. */
export function parseBody({ body, body_base64, params }: BodyInput): Buffer {
  const given = [body, body_base64, params].filter((form) => form !== undefined);
  if (given.length !== 1) {
    throw new AppError('invalid_input', 'Give the body once: as body or as body_base64.', {
      hint: 'Use body for text and body_base64 for bytes that are not UTF-8. An empty body is the empty text.',
    });
  }
  if (body !== undefined) return Buffer.from(body);
  return body_base64 === undefined ? encodeForm(params ?? {}) : decodeBase64(body_base64);
}

function encodeForm(params: NonNullable<BodyInput['params']>): Buffer {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(params)) for (const value of [values].flat()) form.append(name, value);
  return Buffer.from(form.toString());
}

function decodeBase64(base64: string): Buffer {
  const text = base64.replace(/\s/g, '');
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0) return Buffer.from(text, 'base64');
  throw new AppError('invalid_input', 'body_base64 is not base64.', {
    hint: 'Encode the raw bytes with the standard alphabet and padding, for instance with `base64 -w0 body.bin`.',
  });
}

/** The text of these bytes; undefined when they are not UTF-8, so that a text would be another body. */
export function textOfBody(body: Buffer): string | undefined {
  const text = body.toString('utf8');
  return Buffer.from(text).equals(body) ? text : undefined;
}
