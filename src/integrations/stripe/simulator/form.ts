import { invalidRequest } from './api-error.ts';

/**
 * A decoded form. Whether an object with the keys 0, 1, 2 is a list is for the parameter that it is given to: `metadata[0]` is none.
 */
export type FormValue = string | FormObject;
export interface FormObject {
  readonly [name: string]: FormValue;
}

type Node = Map<string, string | Node>;

const MAX_FIELDS = 2_000;
const MAX_DEPTH = 8;

/** Decodes `a[b][c]=1&d[]=2&d[]=3`. A name given twice keeps its last value. Throws a `StripeApiError` for what is too large. */
export function decodeForm(text: string): FormObject {
  const root: Node = new Map();
  let fields = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    fields += 1;
    if (fields > MAX_FIELDS) throw invalidRequest(`The request has more than ${MAX_FIELDS} fields.`);
    insert(root, splitName(name), value);
  }
  return toObject(root);
}

/** `a[b][]` has the steps a, b and the empty one; a name whose brackets do not pair is one step as it stands. */
function splitName(name: string): string[] {
  const parts = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (parts === null) return [name];
  const [, first = name, rest = ''] = parts;
  const steps = [first, ...Array.from(rest.matchAll(/\[([^[\]]*)\]/g), ([, step = '']) => step)];
  if (steps.length > MAX_DEPTH) throw invalidRequest(`The parameter ${first} is nested too deeply.`);
  return steps;
}

function insert(root: Node, steps: readonly string[], value: string): void {
  let node = root;
  steps.forEach((step, depth) => {
    const next = steps[depth + 1];
    const key = step === '' && depth > 0 ? listKey(node, next) : step;
    if (next === undefined) {
      node.set(key, value);
      return;
    }
    const inner = node.get(key);
    const child: Node = inner instanceof Map ? inner : new Map();
    if (child !== inner) node.set(key, child);
    node = child;
  });
}

/** `[]` begins a new entry, except that `a[][x]=1&a[][y]=2` fills one entry until a name comes again. */
function listKey(node: Node, next: string | undefined): string {
  const last = String(node.size - 1);
  const entry = node.get(last);
  const fillsLast = next !== undefined && next !== '' && entry instanceof Map && !entry.has(next);
  return fillsLast ? last : String(node.size);
}

function toObject(node: Node): FormObject {
  return Object.fromEntries([...node].map(([key, value]) => [key, value instanceof Map ? toObject(value) : value]));
}
