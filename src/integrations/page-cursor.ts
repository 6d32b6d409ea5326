import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { parseJson } from '../core/parse-json.ts';
import type { Integration } from './integration.ts';
import type { Operation } from './operation.ts';
import type { PageFields } from './pagination.ts';
import { canonicalJson, sha256 } from './request-row.ts';

/** Where a list continues: the request for a page, and how many of its items were given already. */
export interface ListPosition {
  fields: PageFields;
  /** True when the fields are the whole query, because a service gave an address; otherwise they go with what the caller asked. */
  isWhole: boolean;
  skip: number;
}

const SHAPE = z.tuple([
  z.record(z.string().max(200), z.union([z.string().max(8000), z.number(), z.array(z.string().max(8000)).max(100)])),
  z.boolean(),
  z.int().min(0).max(100_000),
  z.string(),
]);

/** Everything that decides which list it is. */
export function listIdentity(
  { workspace, name, config }: Integration,
  { name: called }: Operation,
  input: object,
): string {
  const list = [workspace, name, config.mode, config.baseUrl, config.settings, called, input];
  return sha256(canonicalJson(list)).slice(0, 16);
}

export function encodeCursor({ fields, isWhole, skip }: ListPosition, identity: string): string {
  return Buffer.from(JSON.stringify([fields, isWhole, skip, identity])).toString('base64url');
}

/** Throws `invalid_input` for anything but a cursor that came from the same list. */
export function decodeCursor(cursor: string, identity: string): ListPosition {
  const parsed = SHAPE.safeParse(parseJson(Buffer.from(cursor, 'base64url')));
  if (!parsed.success || parsed.data[3] !== identity) {
    throw new AppError('invalid_input', 'The cursor does not belong to this list.', {
      hint: 'Pass next_cursor unchanged, with the same integration, operation and params, or start without a cursor.',
    });
  }
  const [fields, isWhole, skip] = parsed.data;
  return { fields, isWhole, skip };
}
