import * as z from 'zod';
import type { Operation } from './operation.ts';

/** One line of a table of JSON operations: everything but the name. */
type Row = Omit<Operation, 'name'>;
type Fields = Readonly<Record<string, z.ZodType>>;
type More = Partial<Pick<Row, 'pagination' | 'repeat' | 'encoding' | 'isSandboxed'>>;

function row(method: Operation['method'], path: string, summary: string, fields: Fields, output: z.ZodType): Row {
  const input = z.strictObject(fields);
  return { method, path, summary, encoding: 'json', repeat: 'safe', class: 'read', input, output };
}

/** @param summary one line for an agent that looks for the right operation */
export const get = (path: string, summary: string, fields: Fields, output: z.ZodType, more: More = {}): Row => ({
  ...row('GET', path, summary, fields, output),
  ...more,
});

/** Every repeat has its effect again, unless `more` says otherwise. */
export const post = (path: string, summary: string, fields: Fields, output: z.ZodType, more: More = {}): Row => ({
  ...row('POST', path, summary, fields, output),
  class: 'write',
  repeat: 'unsafe',
  ...more,
});

/** Sets what it says: a repeat changes nothing more. */
export const patch = (path: string, summary: string, fields: Fields, output: z.ZodType): Row => ({
  ...row('PATCH', path, summary, fields, output),
  class: 'write',
});

/** Each operation is named after its place in the table. */
export function operations(rows: Readonly<Record<string, Row>>): Readonly<Record<string, Operation>> {
  return Object.fromEntries(Object.entries(rows).map(([name, each]) => [name, { name, ...each }]));
}
