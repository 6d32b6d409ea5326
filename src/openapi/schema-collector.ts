import type { JsonSchema } from './api-description.ts';
import type { Document, Fields } from './document.ts';
import { isFields } from './document.ts';

/** Deeper parts of a schema accept anything. */
const MAX_DEPTH = 40;
/** All parts of all schemas of one description together. */
const MAX_NODES = 400_000;

/** Keywords whose values are schemas or lists of them. */
const ONE = new Set(['items', 'additionalProperties', 'not', 'propertyNames', 'contains', 'if', 'then', 'else']);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
/**
 * Kept as they are. No `pattern` and no `patternProperties`: an expression from a foreign text can take for ever on a short value, and
 * the service checks it anyway.
 */
const PLAIN = new Set([
  'type',
  'enum',
  'const',
  'required',
  'format',
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
]);

/** Copies schemas without what a call does not need, and gathers what they refer to: each once, so that circles stay circles. */
export class SchemaCollector {
  readonly #document: Document;
  readonly #ids = new Map<string, string>();
  readonly #pending: { id: string; ref: string }[] = [];
  #nodes = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  copy(schema: unknown, depth = 0): JsonSchema {
    this.#nodes += 1;
    if (!isFields(schema) || depth > MAX_DEPTH || this.#nodes > MAX_NODES) return true;
    const ref = schema['$ref'];
    if (typeof ref === 'string') return this.#reference(ref);
    const copy = Object.entries(schema).flatMap(([keyword, value]) => this.#keyword(keyword, value, depth));
    return isNullable(schema) ? orNull(Object.fromEntries(copy)) : Object.fromEntries(copy);
  }

  #keyword(keyword: string, value: unknown, depth: number): [string, unknown][] {
    if (PLAIN.has(keyword)) return [[keyword, value]];
    if (ONE.has(keyword)) return [[keyword, typeof value === 'boolean' ? value : this.copy(value, depth + 1)]];
    if (LISTS.has(keyword) && Array.isArray(value)) return [[keyword, value.map((part) => this.copy(part, depth + 1))]];
    if (keyword === 'properties' && isFields(value)) {
      const named = Object.entries(value).map(([name, part]) => [name, this.copy(part, depth + 1)]);
      return [[keyword, Object.fromEntries(named)]];
    }
    // 3.0 says true or false here, 3.1 a number.
    if (keyword === 'exclusiveMinimum' || keyword === 'exclusiveMaximum') {
      return typeof value === 'number' ? [[keyword, value]] : [];
    }
    return [];
  }

  #reference(ref: string): JsonSchema {
    const known = this.#ids.get(ref);
    const id = known ?? `s${this.#ids.size + 1}`;
    if (known === undefined) {
      this.#ids.set(ref, id);
      this.#pending.push({ id, ref });
    }
    return { $ref: `api#/$defs/${id}` };
  }

  /** What all copies refer to. One after the other: a chain of references must not use up the stack. */
  finish(): Record<string, JsonSchema> {
    const schemas: Record<string, JsonSchema> = {};
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      schemas[next.id] = this.copy(this.#document.target(next.ref));
    }
    return schemas;
  }
}

function isNullable(schema: Fields): boolean {
  return schema['nullable'] === true;
}

function orNull(schema: Fields): Fields {
  return { anyOf: [schema, { type: 'null' }] };
}
