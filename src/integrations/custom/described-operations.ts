import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import * as z from 'zod';
import type { ApiDescription, DescribedOperation, JsonSchema } from '../../openapi/api-description.ts';
import { anyObject } from '../any-object.ts';
import type { Operation, Place } from '../operation.ts';
import type { Pagination } from '../pagination.ts';
import { guessPagination } from './guess-pagination.ts';

export interface OperationConventions {
  /** True where a POST carries an idempotency key. */
  isKeyed: boolean;
  pagination?: Pagination | undefined;
}

/** The field of an input that is the whole body. */
const BODY = 'body';

/** Made once for each description in use: a large one has hundreds, and every call looks at them. */
const made = new WeakMap<ApiDescription, Map<string, Readonly<Record<string, Operation>>>>();

/** The operations of a description. Their validators are compiled at the first call. */
export function describedOperations(
  description: ApiDescription,
  conventions: OperationConventions,
): Readonly<Record<string, Operation>> {
  const byConventions = made.get(description) ?? new Map<string, Readonly<Record<string, Operation>>>();
  made.set(description, byConventions);
  const key = JSON.stringify(conventions);
  const known = byConventions.get(key);
  if (known !== undefined) return known;
  const schemas = new Schemas(description);
  const operations = Object.fromEntries(
    description.operations.map((described) => [described.name, toOperation(described, schemas, conventions)]),
  );
  byConventions.set(key, operations);
  return operations;
}

function toOperation(
  described: DescribedOperation,
  schemas: Schemas,
  { isKeyed, pagination }: OperationConventions,
): Operation {
  const { name, method, path, summary, body } = described;
  const isRead = method === 'GET';
  const style = isRead ? (pagination ?? guessPagination(described)) : undefined;
  return {
    name,
    method,
    path,
    ...(summary === undefined ? {} : { summary }),
    encoding: body?.encoding ?? 'json',
    places: placesOf(described),
    repeat: isRead ? 'safe' : method === 'POST' && isKeyed ? 'with-key' : 'unsafe',
    class: isRead ? 'read' : 'write',
    ...(style === undefined ? {} : { pagination: style }),
    input: inputOf(described, schemas),
    output: anyObject,
  };
}

function placesOf({ parameters, body }: DescribedOperation): Readonly<Record<string, Place>> {
  const placed = parameters.flatMap((parameter): [string, Place][] =>
    parameter.in === 'path' ? [] : [[parameter.name, { in: parameter.in, lists: parameter.lists }]],
  );
  return Object.fromEntries(body === undefined ? placed : [...placed, [BODY, { in: 'body' }]]);
}

/** Parameters are texts on the wire, so that "5" may stand for 5; the fields of a body are what they are. */
function inputOf(described: DescribedOperation, schemas: Schemas): z.ZodObject {
  const { parameters, body, unsupported } = described;
  const names = new Set(parameters.map(({ name }) => name));
  const parameterSchema = {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  };
  return z.looseObject({}).superRefine((input, context) => {
    const report = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (unsupported !== undefined) return report([], `it takes ${unsupported}, which cannot be sent`);
    schemas.check(parameterSchema, structuredClone(input), 'parameters', report);
    const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !names.has(name)));
    if (body !== undefined) return checkBody(body, rest, schemas, report);
    for (const name of Object.keys(rest)) report([name], `is no parameter; known: ${[...names].join(', ') || 'none'}`);
  });
}

function checkBody(
  body: NonNullable<DescribedOperation['body']>,
  rest: Readonly<Record<string, unknown>>,
  schemas: Schemas,
  report: Report,
): void {
  const content = Object.hasOwn(rest, BODY) ? rest[BODY] : rest;
  const isLeftOut = content === rest && Object.keys(rest).length === 0 && !body.required;
  if (!isLeftOut) schemas.check(body.schema, content, 'body', report);
}

type Report = (path: string[], message: string) => void;

/** The validators of one description. */
class Schemas {
  readonly #description: ApiDescription;
  readonly #compiled = new Map<JsonSchema, ValidateFunction | undefined>();
  #validators: { parameters: Ajv2020; body: Ajv2020 } | undefined;

  constructor(description: ApiDescription) {
    this.#description = description;
  }

  check(schema: JsonSchema, value: unknown, kind: 'parameters' | 'body', report: Report): void {
    const validate = this.#compile(schema, kind);
    if (validate === undefined || validate(value)) return;
    for (const error of (validate.errors ?? []).slice(0, 10)) report(pathOf(error), error.message ?? 'is not valid');
  }

  /** Undefined for a schema that cannot be compiled: then only the service checks. */
  #compile(schema: JsonSchema, kind: 'parameters' | 'body'): ValidateFunction | undefined {
    if (this.#compiled.has(schema)) return this.#compiled.get(schema);
    this.#validators ??= { parameters: this.#create(true), body: this.#create(false) };
    let compiled: ValidateFunction | undefined;
    try {
      compiled = this.#validators[kind].compile(schema);
    } catch {
      compiled = undefined;
    }
    this.#compiled.set(schema, compiled);
    return compiled;
  }

  #create(coerceTypes: boolean): Ajv2020 {
    const ajv = new Ajv2020({ strict: false, allErrors: false, coerceTypes, validateSchema: false, logger: false });
    formats.default(ajv);
    ajv.addSchema({ $id: 'api', $defs: this.#description.schemas });
    return ajv;
  }
}

/** The field that an error is about, also where it is missing or too much. */
function pathOf({ instancePath, params }: ErrorObject): string[] {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const more: unknown = params['missingProperty'] ?? params['additionalProperty'];
  return typeof more === 'string' ? [...path, more] : path;
}
