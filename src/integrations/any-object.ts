import * as z from 'zod';
import { boundJson } from '../core/bounded-json.ts';
import { Redactor } from '../core/redact.ts';

/** The most that is kept of an answer that no schema describes, in characters of JSON. */
const MAX_KEPT_CHARACTERS = 200_000;

const shapes = new Redactor();

/**
 * An answer as the service gave it, for operations without a schema of their own: what has the shape of a secret is masked (the
 * signing secret of a new webhook endpoint), because answers are kept in the ledger, and what is too large is shortened.
 */
export const anyObject = z
  .unknown()
  .transform((answer) => (answer === undefined ? null : boundJson(shapes.redactValue(answer), MAX_KEPT_CHARACTERS)));

/** Parameters of which only the service knows what they may be. */
export const anyFields = z.looseObject({});
