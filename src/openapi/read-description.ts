import { AppError } from '../core/errors.ts';
import type { ApiDescription, DescribedOperation, JsonSchema } from './api-description.ts';
import type { Document, Fields } from './document.ts';
import { isFields, openDocument } from './document.ts';
import { SchemaCollector } from './schema-collector.ts';
import { readSecurity } from './security.ts';

const MAX_OPERATIONS = 3000;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** Ours, or of the connection: https://spec.openapis.org/oas/v3.1.1.html#parameter-object */
const RESERVED_HEADERS =
  /^(?:accept|authorization|connection|content-.*|cookie|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

/**
 * Reads an OpenAPI 3.0 or 3.1 description, JSON or YAML, into the form in which it is saved. Fetches nothing. Throws `invalid_input`.
 */
export async function readDescription(text: string): Promise<ApiDescription> {
  const document = await openDocument(text);
  const reader = new OperationReader(document);
  const operations = reader.read();
  if (operations.length === 0) {
    throw new AppError('invalid_input', 'The description has no operations.', { hint: 'Its "paths" are empty.' });
  }
  const { info } = document.root;
  const baseUrl = serverOf(document);
  return {
    title: oneLine(info.title, 100),
    version: oneLine(info.version, 40),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    security: readSecurity(document, reader.requirements),
    operations,
    schemas: reader.schemas(),
  };
}

/** Would be sent as another path than the one that is shown. */
const DOT_SEGMENT = /[/\\](?:\.|%2e){1,2}(?:[/\\]|$)/i;

class OperationReader {
  /** The security requirement of each operation. */
  readonly requirements: unknown[] = [];
  readonly #document: Document;
  readonly #collector: SchemaCollector;
  readonly #names = new Set<string>();

  constructor(document: Document) {
    this.#document = document;
    this.#collector = new SchemaCollector(document);
  }

  /** What the operations refer to. */
  schemas(): Record<string, JsonSchema> {
    return this.#collector.finish();
  }

  read(): DescribedOperation[] {
    const operations: DescribedOperation[] = [];
    for (const [path, value] of Object.entries(this.#document.root.paths)) {
      const item = this.#document.fields(value);
      if (item === undefined || !/^\/[^\s?#]{0,1000}$/.test(path) || DOT_SEGMENT.test(path)) continue;
      for (const method of METHODS) {
        const operation = this.#document.fields(item[method.toLowerCase()]);
        if (operation !== undefined) operations.push(this.#operation(method, path, item, operation));
      }
      if (operations.length > MAX_OPERATIONS) {
        throw new AppError('invalid_input', `The description has more than ${MAX_OPERATIONS} operations.`, {
          hint: 'Cut it down to the paths that you need.',
        });
      }
    }
    return operations;
  }

  #operation(method: DescribedOperation['method'], path: string, item: Fields, operation: Fields): DescribedOperation {
    this.requirements.push(operation['security'] ?? this.#document.root['security']);
    const summary = operation['summary'] ?? operation['description'];
    const listAt = method === 'GET' ? this.#listAt(operation) : undefined;
    return {
      name: this.#nameOf(operation['operationId'], method, path),
      method,
      path,
      ...(typeof summary === 'string' ? { summary: oneLine(summary, 120) } : {}),
      parameters: this.#parameters(path, [item['parameters'], operation['parameters']]),
      ...this.#body(operation['requestBody']),
      ...(listAt === undefined ? {} : { listAt }),
    };
  }

  #nameOf(id: unknown, method: string, path: string): string {
    const given = typeof id === 'string' ? id.replace(/[^\w./-]+/g, '_').slice(0, 150) : '';
    const name = given === '' || this.#names.has(given) ? `${method} ${path}` : given;
    this.#names.add(name);
    return name;
  }

  /** Those of the operation win over those of its path. */
  #parameters(path: string, lists: readonly unknown[]): DescribedOperation['parameters'] {
    const found = new Map<string, DescribedOperation['parameters'][number]>();
    for (const value of lists.flatMap((list) => (Array.isArray(list) ? list : []))) {
      const parameter = this.#parameter(value);
      if (parameter !== undefined) found.set(parameter.name, parameter);
    }
    // A placeholder that nobody described must be filled nevertheless.
    for (const [, name = ''] of path.matchAll(/\{([^{}/]+)\}/g)) {
      if (found.get(name)?.in !== 'path')
        found.set(name, { name, in: 'path', required: true, lists: 'comma', schema: true });
    }
    return [...found.values()];
  }

  #parameter(value: unknown): DescribedOperation['parameters'][number] | undefined {
    const fields = this.#document.fields(value);
    const { name, in: place } = fields ?? {};
    if (fields === undefined || typeof name !== 'string') return undefined;
    if (place !== 'path' && place !== 'query' && place !== 'header') return undefined;
    if (place === 'header' && (RESERVED_HEADERS.test(name) || !/^[\w-]{1,100}$/.test(name))) return undefined;
    const schema = this.#collector.copy(fields['schema']);
    return {
      name,
      in: place,
      required: fields['required'] === true || place === 'path',
      lists: listStyle(fields),
      schema,
    };
  }

  #body(value: unknown): Pick<DescribedOperation, 'body' | 'unsupported'> {
    const body = this.#document.fields(value);
    const content = this.#document.fields(body?.['content']);
    if (body === undefined || content === undefined) return {};
    const types = Object.keys(content);
    const json = types.find((type) => /^application\/(?:[\w.+-]+\+)?json\b/i.test(type));
    const chosen = json ?? types.find((type) => type.toLowerCase().startsWith('application/x-www-form-urlencoded'));
    if (chosen === undefined)
      return types.length === 0 ? {} : { unsupported: oneLine(`a body of ${types.join(' or ')}`, 120) };
    const schema = this.#collector.copy(this.#document.fields(content[chosen])?.['schema']);
    return { body: { encoding: json === undefined ? 'form' : 'json', required: body['required'] === true, schema } };
  }

  /** The list in the answer of a successful read. */
  #listAt(operation: Fields): string | undefined {
    const responses = this.#document.fields(operation['responses']) ?? {};
    const response = this.#document.fields(responses['200'] ?? responses['2XX'] ?? responses['default']);
    const content = this.#document.fields(response?.['content']) ?? {};
    const media = Object.entries(content).find(([type]) => type.includes('json'))?.[1];
    const schema = this.#document.fields(this.#document.fields(media)?.['schema']);
    if (schema === undefined) return undefined;
    if (schema['type'] === 'array') return '';
    const properties = this.#document.fields(schema['properties']) ?? {};
    const lists = Object.entries(properties).filter(([, part]) => this.#document.fields(part)?.['type'] === 'array');
    // An object with several lists is no page of one.
    return lists.length === 1 ? lists[0]?.[0] : undefined;
  }
}

/** https://spec.openapis.org/oas/v3.1.1.html#style-values */
function listStyle(parameter: Fields): 'brackets' | 'repeat' | 'comma' {
  if (parameter['style'] === 'deepObject') return 'brackets';
  if (parameter['in'] !== 'query') return 'comma';
  return parameter['explode'] === false ? 'comma' : 'repeat';
}

function serverOf(document: Document): string | undefined {
  const servers = document.root['servers'];
  const server = Array.isArray(servers) ? document.fields(servers[0]) : undefined;
  if (typeof server?.['url'] !== 'string') return undefined;
  const variables = document.fields(server['variables']) ?? {};
  const filled = server['url'].replace(/\{([^{}]+)\}/g, (_all, name: string) => {
    const variable = variables[name];
    return isFields(variable) ? String(variable['default']) : '';
  });
  const url = URL.parse(filled);
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

function oneLine(text: string, max: number): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > max ? `${line.slice(0, max - 1).toWellFormed()}…` : line;
}
