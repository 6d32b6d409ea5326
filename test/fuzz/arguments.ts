import fc from 'fast-check';

/** The part of JSON Schema that our tools use. */
export interface Schema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
}

/** Values that schemas do not expect, or that code tends to trip over. */
export const HOSTILE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  0.1,
  '',
  ' ',
  '\u0000',
  '\uFEFFx',
  '\uD800',
  '../../../../etc/passwd',
  '/etc/passwd',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/meta-data',
  'http://127.0.0.1:1/',
  'javascript:alert(1)',
  ['$', '{STRIPE_SECRET_KEY}'].join(''),
  "' OR 1=1 --",
  '* NEAR( "',
  '(a+)+$',
  '__proto__',
  'constructor',
  'x'.repeat(100_000),
  '💳'.repeat(1_000),
  [],
  {},
  deep(2_000),
  deep(20_000),
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
];

export const hostile = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/**
 * A call that is right, spoilt at one argument after the other: by each hostile value of the argument's type, as it is and inside, by each
 * under a name that is not known, and by one of each other type, for those are refused alike.
 */
export function* spoiltCalls(
  schema: Schema,
  right: Readonly<Record<string, unknown>>,
): Generator<Record<string, unknown>> {
  for (const [name, field] of [...Object.entries(schema.properties ?? {}), ['__proto__', {}] as const]) {
    for (const value of hostileTo(field)) yield define({ ...right }, name, value);
  }
}

function* hostileTo(field: Schema): Generator<unknown> {
  const types = typesOf(field);
  const strangers = new Set<string>();
  for (const value of HOSTILE) {
    if (types.has('array')) yield [value];
    if (types.has('object')) yield { limit: value };
    const type = typeOf(value);
    if (types.size > 0 && !types.has(type) && strangers.has(type)) continue;
    strangers.add(type);
    yield value;
  }
}

function typesOf({ type, anyOf, enum: choice }: Schema): Set<string> {
  if (choice !== undefined) return new Set(['enum']);
  if (anyOf !== undefined) return new Set(anyOf.flatMap((option) => [...typesOf(option)]));
  const types = typeof type === 'string' ? [type] : (type ?? []);
  return new Set(types.map((name) => (name === 'integer' ? 'number' : name)));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function deep(levels: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

/**
 * Arguments of a tool, mostly as its schema wants them, with a hostile value in some places. `known` gives for a field what the server
 * knows under that name, so that calls get past the first check.
 */
export function argumentsOf(
  schema: Schema,
  known: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<Record<string, unknown>> {
  const valid = objectOf(schema, known) as fc.Arbitrary<Record<string, unknown>>;
  const spoilt = fc
    .tuple(valid, fc.constantFrom(...Object.keys(schema.properties ?? {}), 'zzz', '__proto__'), hostile)
    .map(([given, name, value]) => define({ ...given }, name, value));
  return fc.oneof({ weight: 3, arbitrary: valid }, { weight: 2, arbitrary: spoilt });
}

/** A call that is right, with up to two of its arguments as `argumentsOf` makes them. */
export function changesOf(
  right: Readonly<Record<string, unknown>>,
  args: fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<Record<string, unknown>> {
  return fc.tuple(args, fc.nat(2), fc.nat(100)).map(([given, count, from]) => {
    const names = Object.keys(given);
    const chosen = Array.from(
      { length: Math.min(count, names.length) },
      (_, index) => names[(from + index) % names.length],
    );
    return chosen.reduce<Record<string, unknown>>((call, name = '') => define(call, name, given[name]), { ...right });
  });
}

/** Also the name `__proto__`, as `JSON.parse` does it. */
function define(target: Record<string, unknown>, name: string, value: unknown): Record<string, unknown> {
  return Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function fieldOf(
  schema: Schema,
  known: readonly unknown[] | undefined,
  names: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<unknown> {
  const generated = generate(schema, names);
  if (known === undefined || known.length === 0) return generated;
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: generated });
}

function generate(schema: Schema, names: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((option) => generate(option, names)));
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length === 0 ? fc.jsonValue() : fc.oneof(...types.map((type) => ofType(type, schema, names)));
}

function ofType(
  type: string,
  schema: Schema,
  names: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<unknown> {
  const { minimum, exclusiveMinimum, maximum = 1e6 } = schema;
  const min = minimum ?? (exclusiveMinimum === undefined ? 0 : exclusiveMinimum + 1);
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'integer') return fc.integer({ min: Math.ceil(min), max: Math.floor(Math.min(maximum, 2 ** 31)) });
  if (type === 'number') return fc.double({ min, max: maximum, noNaN: true });
  if (type === 'array')
    return fc.array(generate(schema.items ?? {}, names), { minLength: schema.minItems ?? 0, maxLength: 4 });
  if (type === 'object') return objectOf(schema, names);
  return fc.string({
    minLength: schema.minLength ?? 0,
    maxLength: Math.min(schema.maxLength ?? 60, 60),
    unit: 'grapheme',
  });
}

function objectOf(schema: Schema, names: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<unknown> {
  const { properties, additionalProperties, required = [] } = schema;
  if (properties === undefined) {
    const values =
      typeof additionalProperties === 'object' ? generate(additionalProperties, names) : fc.jsonValue({ maxDepth: 2 });
    return fc.dictionary(
      fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('id', 'type', '__proto__', 'limit')),
      values,
      {
        maxKeys: 5,
      },
    );
  }
  const fields = Object.entries(properties).map(([name, field]) => [name, fieldOf(field, names[name], names)] as const);
  const optional = fields.filter(([name]) => !required.includes(name));
  // A few optional fields at a time: all at once nearly always contradict each other.
  return fc.subarray(optional, { maxLength: Math.min(3, optional.length) }).chain((chosen) => {
    const needed = fields.filter(([name]) => required.includes(name));
    return fc.record(Object.fromEntries([...needed, ...chosen]));
  });
}
