import { parseJson } from '../core/parse-json.ts';
/** A value of a JSON document that is neither object nor array, with the keys and array positions that lead to it. */
export interface JsonLeaf {
  path: readonly (string | number)[];
  value: string;
}

/** Deeper documents are treated as plain text: nobody writes them by hand. */
const MAX_DEPTH = 32;

/** The leaves of a JSON object or array in document order; undefined for any other text. */
export function jsonLeaves(text: string): JsonLeaf[] | undefined {
  const root = parseContainer(text);
  if (root === undefined) return undefined;
  const leaves: JsonLeaf[] = [];
  const pending: { path: (string | number)[]; value: unknown }[] = [{ path: [], value: root }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, value } = next;
    if (typeof value !== 'object' || value === null) {
      leaves.push({ path, value: String(value) });
    } else if (path.length < MAX_DEPTH) {
      for (const [key, child] of entriesOf(value).reverse()) pending.push({ path: [...path, key], value: child });
    } else {
      return undefined;
    }
  }
  return leaves;
}

/** What a reader would read aloud: the keys' words and the values of a JSON document; any other text as it is. */
export function readableText(content: string): string {
  const leaves = jsonLeaves(content);
  if (leaves === undefined) return content;
  let previous: JsonLeaf['path'] = [];
  const lines = leaves.map(({ path, value }) => {
    const keys = path.filter((key, depth) => typeof key === 'string' && key !== previous[depth]);
    previous = path;
    return [...keys, value].join(' ');
  });
  return lines.join('\n');
}

/** The text of a string field at the top of a JSON object. */
export function jsonField(content: string, name: string): string | undefined {
  return jsonLeaves(content)?.find(({ path }) => path.length === 1 && path[0] === name)?.value;
}

function parseContainer(text: string): object | undefined {
  const value = /^\s*[{[]/.test(text) ? parseJson(text) : undefined;
  return typeof value === 'object' && value !== null ? value : undefined;
}

function entriesOf(value: object): [string | number, unknown][] {
  return Array.isArray(value) ? value.map((item, index) => [index, item]) : Object.entries(value);
}
