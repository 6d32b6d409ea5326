/** What a handler shows of its state, as comparable lines. */
export interface HandlerState {
  readonly leaves: readonly Leaf[];
}

interface Leaf {
  readonly path: string;
  /** JSON of the value. Items of lists have one path together: their order means nothing. */
  readonly json: string;
  readonly isItem: boolean;
}

/** Times of the run differ between any two runs. */
const NOW = '<now>';
const NEAR_MS = 60 * 60 * 1000;
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;
const MAX_LEAVES = 5_000;
/** What lies deeper is not compared. */
const MAX_DEPTH = 32;

/** Undefined for a document with too much in it to compare. */
export function readState(document: unknown, nowMs: number): HandlerState | undefined {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, path: string): boolean => {
    if (leaves.length >= MAX_LEAVES) return false;
    if (Array.isArray(value)) {
      return value.every((item) => leaves.push({ path: `${path}[]`, json: toJson(item), isItem: true }) < MAX_LEAVES);
    }
    if (typeof value === 'object' && value !== null) {
      return Object.entries(value).every(([key, inner]) => walk(inner, path === '' ? key : `${path}.${key}`));
    }
    leaves.push({ path, json: toJson(value), isItem: false });
    return true;
  };
  return walk(withoutTimes(document, nowMs), '') ? { leaves } : undefined;
}

/** What is in one state and not in the other; empty when they say the same. */
export function changesBetween(before: HandlerState, after: HandlerState): string[] {
  const lines = ({ leaves }: HandlerState) => leaves.map(lineOf);
  return compareLines(lines(before), lines(after));
}

/** Two runs, as what each added to the state. */
export interface Effect {
  readonly before: HandlerState;
  readonly after: HandlerState;
  /** Ids of this run, and what they stand for in both. */
  readonly ids: ReadonlyMap<string, string>;
}

/** What one run left behind and the other did not. Counters are compared by what was added to them, everything else by how it ended. */
export function compareEffects(first: Effect, second: Effect): string[] {
  return compareLines(effectLines(first, second.ids), effectLines(second, first.ids));
}

function effectLines({ before, after, ids }: Effect, others: Effect['ids']): string[] {
  const numbers = new Map(before.leaves.filter(isNumber).map(({ path, json }) => [path, Number(json)]));
  const items = countLines(before.leaves.filter(({ isItem }) => isItem).map(lineOf));
  const lines: string[] = [];
  for (const leaf of after.leaves) {
    const line = lineOf(leaf);
    if (leaf.isItem && takeLine(items, line)) continue;
    if ([...others.keys()].some((id) => line.includes(id))) continue;
    const added = isNumber(leaf) ? Number(leaf.json) - (numbers.get(leaf.path) ?? 0) : undefined;
    lines.push(rename(added === undefined ? line : `${leaf.path}: +${added}`, ids));
  }
  return lines;
}

function isNumber({ json, isItem }: Leaf): boolean {
  return !isItem && /^-?\d/.test(json);
}

function lineOf({ path, json }: Leaf): string {
  return `${path}: ${json}`;
}

function rename(line: string, ids: ReadonlyMap<string, string>): string {
  let renamed = line;
  for (const [fresh, original] of ids) renamed = renamed.replaceAll(fresh, () => original);
  return renamed;
}

function compareLines(first: readonly string[], second: readonly string[]): string[] {
  const left = countLines(first);
  const added = second.filter((line) => !takeLine(left, line)).map((line) => `+ ${line}`);
  const gone = [...left].flatMap(([line, count]) => Array.from({ length: count }, () => `- ${line}`));
  return [...gone, ...added].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}

function countLines(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function takeLine(counts: Map<string, number>, line: string): boolean {
  const count = counts.get(line) ?? 0;
  if (count > 0) counts.set(line, count - 1);
  return count > 0;
}

function withoutTimes(value: unknown, nowMs: number, depth = 0): unknown {
  if (isNear(value, nowMs)) return NOW;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  const inside = (inner: unknown) => withoutTimes(inner, nowMs, depth + 1);
  if (Array.isArray(value)) return value.map(inside);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inside(inner)]));
}

function isNear(value: unknown, nowMs: number): boolean {
  const near = (ms: number) => Math.abs(ms - nowMs) < NEAR_MS;
  if (typeof value === 'number') return near(value) || near(value * 1000);
  return typeof value === 'string' && ISO_TIME.test(value) && near(Date.parse(value));
}

/** Objects with their fields in alphabetical order, so that equal ones are equal texts. */
function toJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, inner]) => `${JSON.stringify(key)}:${toJson(inner)}`).join(',')}}`;
}
