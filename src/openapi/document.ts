import * as z from 'zod';
import { AppError } from '../core/errors.ts';

/** The longest description, in bytes of UTF-8. GitHub's, one of the largest there are, has some 12 MB. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024;
/** YAML takes a hundred times as long as JSON, during which nothing else runs. */
const MAX_YAML_BYTES = 3 * 1024 * 1024;

export type Fields = Readonly<Record<string, unknown>>;

const document = z.looseObject({
  openapi: z.string().regex(/^3\.[01]\.\d+/),
  info: z.looseObject({ title: z.string(), version: z.coerce.string() }),
  paths: z.record(z.string(), z.unknown()),
});

/** A description with its references inside resolved on request. */
export class Document {
  readonly root: z.output<typeof document>;
  readonly #get: (ref: string) => unknown;

  constructor(root: z.output<typeof document>, get: (ref: string) => unknown) {
    this.root = root;
    this.#get = get;
  }

  /** The target of a reference inside the document; undefined for one that leads nowhere or out of it. */
  target(ref: string): unknown {
    if (!ref.startsWith('#')) return undefined;
    try {
      return this.#get(ref);
    } catch {
      return undefined;
    }
  }

  /** The object itself, where a reference may stand for it; undefined when there is none. */
  fields(value: unknown): Fields | undefined {
    let found = value;
    // A chain of references that never ends is none.
    for (let step = 0; step < 20 && isFields(found); step += 1) {
      const ref = found['$ref'];
      if (typeof ref !== 'string') return found;
      found = this.target(ref);
    }
    return undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads JSON or YAML. Nothing is fetched: references out of the document are left unresolved. Throws `invalid_input`. */
export async function openDocument(text: string): Promise<Document> {
  const value = await parseText(text);
  const parsed = document.safeParse(value);
  if (!parsed.success) {
    throw invalid('This is not an OpenAPI 3.0 or 3.1 description.', {
      problems: parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`),
    });
  }
  const { default: SwaggerParser } = await import('@apidevtools/swagger-parser');
  const parser = new SwaggerParser();
  const options = { resolve: { external: false, file: false, http: false } } as const;
  // The parser's type wants a document whose every part it knows.
  const refs = await parser.resolve(parsed.data as never, options).catch((cause: unknown) => {
    throw invalid('The references of the description cannot be resolved.', {}, cause);
  });
  return new Document(parsed.data, (ref) => refs.get(ref));
}

async function parseText(text: string): Promise<unknown> {
  const bytes = Buffer.byteLength(text);
  const isJson = /^\s*\{/.test(text.slice(0, 1000));
  const max = isJson ? MAX_JSON_BYTES : MAX_YAML_BYTES;
  if (bytes > max) {
    throw invalid(`The description has ${bytes} bytes; ${max} is the limit for ${isJson ? 'JSON' : 'YAML'}.`, {});
  }
  // Outside of what is caught: that the parser cannot be loaded is no fault of the text.
  const yaml = isJson ? undefined : await import('../core/yaml.ts');
  try {
    return yaml === undefined ? JSON.parse(text) : yaml.parseYaml(text, 100);
  } catch (cause) {
    throw invalid('The description is neither JSON nor YAML that can be read.', {}, cause);
  }
}

function invalid(message: string, details: Record<string, unknown>, cause?: unknown): AppError {
  return new AppError('invalid_input', message, {
    hint: 'Give the path of an OpenAPI 3.0 or 3.1 description inside the project, or its text. Nothing was saved.',
    details,
    cause,
  });
}
