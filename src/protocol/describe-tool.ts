import * as z from 'zod';
import type { Tool } from '../core/tool.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type ObjectSchema = { type: 'object'; properties?: Record<string, { [key: string]: Json }>; required?: string[] };

/** A tool as clients list it. All hints derive from its effect. */
export function describeTool<Deps>(tool: Tool<Deps>) {
  const { name, title, description, effect, idempotent, openWorld } = tool;
  return {
    name,
    title,
    description,
    inputSchema: jsonSchema(tool.input, 'input'),
    outputSchema: jsonSchema(tool.output, 'output'),
    annotations: {
      readOnlyHint: effect === 'read',
      destructiveHint: effect === 'destroy',
      idempotentHint: idempotent,
      openWorldHint: openWorld,
    },
  };
}

/** Largest whole number that zod adds to every integer; saying it tells a reader nothing. */
const SAFE_INTEGER_BOUNDS: ReadonlySet<unknown> = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

/** JSON Schema as short as it can be: the tool list is paid for in tokens. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): ObjectSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      if (SAFE_INTEGER_BOUNDS.has(jsonSchema.maximum)) delete jsonSchema.maximum;
      if (SAFE_INTEGER_BOUNDS.has(jsonSchema.minimum)) delete jsonSchema.minimum;
      // Every key of a JSON object is a string.
      if (JSON.stringify(jsonSchema.propertyNames) === '{"type":"string"}') delete jsonSchema.propertyNames;
      // Only arguments are closed: answers may grow.
      if (io === 'output') delete jsonSchema.additionalProperties;
    },
  });
  return json as ObjectSchema;
}
