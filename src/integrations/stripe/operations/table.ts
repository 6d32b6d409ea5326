import * as z from 'zod';
import { anyObject } from '../../any-object.ts';
import type { Operation } from '../../operation.ts';
import { LIST, SEARCH } from '../pagination.ts';

/** Null unsets a field at Stripe. */
export const text = z.string().max(5000).nullish();
export const id = z.string().min(1).max(255).optional();
export const flag = z.boolean().nullish();
export const whole = z.int().nullish();
export const metadata = z
  .union([z.record(z.string().max(40), z.string().max(500).nullable()), z.literal('')])
  .nullish();
/** Unix seconds, a date, or a range. */
export const time = z.union([z.int(), z.date(), z.literal('now'), z.record(z.string(), z.int())]).optional();
export const object = z.record(z.string(), z.unknown()).nullish();
export const objects = z.array(z.record(z.string(), z.unknown())).optional();
export const texts = z.array(z.string()).optional();

/** One line of a table: everything but the name. */
type Row = Omit<Operation, 'name'>;
type Fields = Readonly<Record<string, z.ZodType>>;

/** Fields that no schema names are sent too: Stripe knows them better, and names those that it does not know. */
function row(method: Operation['method'], path: string, fields: Fields, more: Pick<Row, 'repeat' | 'class'>): Row {
  const ids = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, z.string().min(1).max(255)]);
  const input = z.looseObject({ expand: texts, ...fields, ...Object.fromEntries(ids) });
  return { method, path, encoding: 'form', ...more, input, output: anyObject };
}

export const get = (path: string, fields: Fields = {}): Row =>
  row('GET', path, fields, { repeat: 'safe', class: 'read' });

export const post = (path: string, fields: Fields = {}): Row =>
  row('POST', path, fields, { repeat: 'with-key', class: 'write' });

/** Charges or pays out what something else says. */
export const moving = (row: Row): Row => ({ ...row, movesMoney: true });

/** A second one finds nothing left to delete: https://docs.stripe.com/api/idempotent_requests */
export const remove = (path: string, fields: Fields = {}): Row =>
  row('DELETE', path, fields, { repeat: 'safe', class: 'write' });

export const list = (path: string, filters: Fields = {}): Row => ({
  ...get(path, { limit: z.int().min(1).max(100).optional(), starting_after: id, ending_before: id, ...filters }),
  pagination: LIST,
});

export const search = (path: string): Row => ({
  ...get(path, { query: z.string().min(1).max(5000), limit: z.int().min(1).max(100).optional(), page: id }),
  pagination: SEARCH,
});

/** Each operation is named after its place in the table. */
export function operations(rows: Readonly<Record<string, Row>>): Readonly<Record<string, Operation>> {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, { name, ...row }]));
}
