import * as z from 'zod';
import { MAX_AMOUNT } from './amounts.ts';
import type { StripeApiError } from './api-error.ts';
import { invalidRequest } from './api-error.ts';
import type { FormObject, FormValue } from './form.ts';

/** Building blocks of request parameters: each takes a form value and gives the typed one, or fails in Stripe's words. */

interface Context {
  addIssue(issue: { code: 'custom'; message: string; path: string[]; params: { code: string | undefined } }): void;
}

/** Refuses a value with the message and code of Stripe. The path is relative to the value. */
export function refuse(ctx: Context, message: string, code?: string, path: string[] = []): never {
  ctx.addIssue({ code: 'custom', message, path, params: { code } });
  return z.NEVER;
}

const EMPTY =
  'An empty value asks to unset a parameter, and this one cannot be unset: leave it out or give it a value.';

const filled = z.string().superRefine((value, ctx) => {
  if (value === '') refuse(ctx, EMPTY, 'parameter_invalid_empty');
});

export function text(maxLength = 5_000) {
  return filled.superRefine((value, ctx) => {
    if (value.length > maxLength) refuse(ctx, `Invalid string: must be at most ${maxLength} characters`);
  });
}

/** A text that an empty value unsets. */
export function clearable(maxLength = 5_000) {
  return z.union([z.literal('').transform(() => null), text(maxLength)]);
}

export function integer(min: number, max: number) {
  return filled.transform((value, ctx) => {
    if (!/^-?\d{1,15}$/.test(value)) return refuse(ctx, `Invalid integer: ${value}`, 'parameter_invalid_integer');
    const number = Number(value);
    const bound = number < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`;
    if (number >= min && number <= max) return number;
    return refuse(ctx, `This value must be ${bound}.`, 'parameter_invalid_integer');
  });
}

/** A positive amount in minor units. What a currency allows is checked where the currency is known. */
export function amount() {
  return integer(1, MAX_AMOUNT);
}

export function boolean() {
  return filled.transform((value, ctx) => {
    if (value === 'true' || value === 'false') return value === 'true';
    return refuse(ctx, `Invalid boolean: ${value}`);
  });
}

export function choice<const T extends string>(...values: readonly T[]) {
  return filled.transform((value, ctx) => {
    const found = values.find((one) => one === value);
    return found ?? refuse(ctx, `Invalid value: must be one of ${values.join(', ')}`);
  });
}

/** A choice of which the simulator knows some values and Stripe more: the others are refused as `notSimulated` says. */
export function choiceOfSimulated<const T extends string>(simulated: readonly T[], others: readonly string[]) {
  const known = filled.superRefine((value, ctx) => {
    if (others.includes(value)) refuse(ctx, `Stripe knows the value ${value}, the simulator does not.`);
  });
  return known.pipe(choice(...simulated));
}

/** `a[]=x` and `a[0]=x` alike. */
export function list<T extends z.ZodType>(item: T) {
  const entries = z.record(z.string().regex(/^\d+$/), z.unknown()).transform((value) => Object.values(value));
  return z.preprocess((value) => (value === '' ? {} : value), entries).pipe(z.array(item));
}

const METADATA_KEYS = 50;

/** Names and values, an empty value to unset the name; empty as a whole to unset all: https://docs.stripe.com/api/metadata */
export function metadata() {
  const pairs = z.record(z.string(), z.string()).superRefine((value, ctx) => {
    const entries = Object.entries(value);
    if (entries.length > METADATA_KEYS) refuse(ctx, `Metadata can have up to ${METADATA_KEYS} keys.`);
    if (entries.some(([key]) => key.length > 40)) refuse(ctx, 'Metadata keys can have up to 40 characters.');
    if (entries.some(([, text]) => text.length > 500)) refuse(ctx, 'Metadata values can have up to 500 characters.');
  });
  return z.union([z.literal(''), pairs]);
}

/** What Stripe knows and the simulator does not: refused, so that a rehearsal never passes by leaving it out. */
export function notSimulated<const Name extends string>(...names: readonly Name[]) {
  const parameter = z.unknown().superRefine((_value, ctx) => {
    refuse(ctx, 'Stripe knows this parameter, the simulator does not: leave it out to rehearse the rest.');
  });
  return Object.fromEntries(names.map((name) => [name, z.optional(parameter)])) as Record<
    Name,
    z.ZodOptional<z.ZodUnknown>
  >;
}

/** `created` of lists: unix seconds or bounds in them. */
export function createdFilter() {
  const seconds = integer(0, Number.MAX_SAFE_INTEGER);
  const bounds = z.strictObject({
    gt: seconds.optional(),
    gte: seconds.optional(),
    lt: seconds.optional(),
    lte: seconds.optional(),
  });
  return z.union([seconds.transform((value) => ({ gte: value, lte: value })), bounds]);
}

/** Throws the `StripeApiError` for the first parameter that is wrong. */
export function parseParameters<T>(schema: z.ZodType<T>, form: FormObject): T {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  throw toApiError(parsed.error.issues, form);
}

function toApiError(issues: readonly z.core.$ZodIssue[], form: FormObject): StripeApiError {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown !== undefined) {
    const names = unknown.keys.map((key) => bracketed([...unknown.path, key]));
    const what = names.length === 1 ? 'parameter' : 'parameters';
    return invalidRequest(`Received unknown ${what}: ${names.join(', ')}`, {
      code: 'parameter_unknown',
      param: names[0],
    });
  }
  const issue = deepest(issues);
  const param = bracketed(issue?.path ?? []);
  if (issue?.code === 'custom') {
    const code = issue.params?.['code'];
    return invalidRequest(issue.message, { code: typeof code === 'string' ? code : undefined, param });
  }
  if (valueAt(form, issue?.path ?? []) === undefined) {
    return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  return invalidRequest(`Invalid value for ${param}: it has the wrong form.`, { param });
}

/** Alternatives hide what was wrong with each: the one that failed for its value says more than the one of another form. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().find(({ code }) => code === 'custom' || code === 'unrecognized_keys');
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

function bracketed([first, ...rest]: readonly PropertyKey[]): string {
  return [String(first ?? ''), ...rest.map((step) => `[${String(step)}]`)].join('');
}

function valueAt(form: FormObject, path: readonly PropertyKey[]): FormValue | undefined {
  let value: FormValue | undefined = form;
  for (const step of path) {
    if (typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = value[String(step)];
  }
  return value;
}
