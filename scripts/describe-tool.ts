import * as z from 'zod';
import type { Json, ListedTool, ObjectSchema } from '../src/core/listed-tool.ts';
import type { Tool } from '../src/core/tool.ts';

/** A tool as clients list it: an entry of `src/tools/tool-list.json`. All hints derive from its effect. */
export function describeTool<Deps>(tool: Tool<Deps>): ListedTool {
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
      leaveOut(jsonSchema);
      // Only arguments are closed: answers may grow.
      if (io === 'output') delete jsonSchema.additionalProperties;
    },
  });
  return (io === 'output' ? withoutDepth(json as Json, OUTPUT_DEPTH) : json) as ObjectSchema;
}

function leaveOut(schema: z.core.JSONSchema.BaseSchema): void {
  for (const bound of ['maximum', 'minimum'] as const) if (SAFE_INTEGER_BOUNDS.has(schema[bound])) delete schema[bound];
  // Limits that nobody meets by accident: whoever does is told.
  for (const limit of ['maxLength', 'maxItems', 'minItems'] as const) delete schema[limit];
  if (schema.minLength === 1) delete schema.minLength;
  // The format says it in a word.
  if (schema.format !== undefined) delete schema.pattern;
  // Every key of a JSON object is a string.
  if (JSON.stringify(schema.propertyNames) === '{"type":"string"}') delete schema.propertyNames;
}

/** Levels of objects whose fields an output schema names: those of the answer, and of the items of its lists. */
const OUTPUT_DEPTH = 2;

/** Deeper objects are objects and no more: models are not shown them, and every answer is checked in full all the same. */
function withoutDepth(schema: Json, depth: number): Json {
  if (Array.isArray(schema)) return schema.map((each) => withoutDepth(each, depth));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { properties, required, ...rest } = schema;
  const inner = Object.entries(rest).map(([key, value]) => [key, withoutDepth(value, depth)]);
  const named = depth > 0 && properties !== undefined ? { properties: fieldsOf(properties, depth), required } : {};
  return Object.fromEntries([...inner, ...Object.entries(named).filter(([, value]) => value !== undefined)]);
}

function fieldsOf(properties: Json, depth: number): Json {
  const fields = Object.entries(properties as Record<string, Json>);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutDepth(field, depth - 1)]));
}
