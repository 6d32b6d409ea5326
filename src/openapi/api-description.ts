import * as z from 'zod';

const jsonSchema = z.union([z.record(z.string(), z.unknown()), z.boolean()]);

/** Only what a call needs is kept: no answers, no examples, no prose beyond one line. */
const describedOperation = z.strictObject({
  name: z.string(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string(),
  summary: z.string().optional(),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      lists: z.enum(['brackets', 'repeat', 'comma']),
      schema: jsonSchema,
    }),
  ),
  body: z.strictObject({ encoding: z.enum(['json', 'form']), required: z.boolean(), schema: jsonSchema }).optional(),
  /** Why it cannot be called. */
  unsupported: z.string().optional(),
  /** Where its answer has a list: a dot path, or '' for the answer itself. */
  listAt: z.string().optional(),
});

const securityScheme = z.strictObject({
  role: z.string(),
  kind: z.enum(['bearer', 'basic', 'header', 'query']),
  /** Of the header or the field of the query. */
  name: z.string().optional(),
  description: z.string(),
  /** True when some operations need it and others take another one or none. */
  isOptional: z.boolean(),
});

export const apiDescription = z.strictObject({
  title: z.string(),
  version: z.string(),
  /** The first server that the description names, when it is a whole address. */
  baseUrl: z.string().optional(),
  security: z.array(securityScheme),
  operations: z.array(describedOperation),
  /** What operations refer to as `api#/$defs/<id>`. */
  schemas: z.record(z.string(), jsonSchema),
});

/** An OpenAPI description in the form in which it is saved. */
export type ApiDescription = z.output<typeof apiDescription>;
export type DescribedOperation = z.output<typeof describedOperation>;
export type SecurityScheme = z.output<typeof securityScheme>;
export type JsonSchema = z.output<typeof jsonSchema>;
