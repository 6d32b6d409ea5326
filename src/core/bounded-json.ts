interface Limits {
  characters: number;
  items: number;
  depth: number;
}

/** Tried in this order until the value fits. */
const STEPS: readonly Limits[] = [
  { characters: 5_000, items: 200, depth: 16 },
  { characters: 1_000, items: 50, depth: 10 },
  { characters: 200, items: 20, depth: 7 },
  { characters: 80, items: 8, depth: 5 },
  { characters: 40, items: 4, depth: 3 },
];

/**
 * The same JSON value when it has at most `maxCharacters`; otherwise a copy in which long texts and lists end early and deep values are
 * left out, each with a note of how much is missing.
 */
export function boundJson(value: unknown, maxCharacters: number): unknown {
  const text = JSON.stringify(value) ?? 'null';
  if (text.length <= maxCharacters) return value;
  for (const limits of STEPS) {
    const shorter = shorten(value, limits, limits.depth);
    if (JSON.stringify(shorter).length <= maxCharacters) return shorter;
  }
  return `[${text.length} characters of JSON left out]`;
}

function shorten(value: unknown, limits: Limits, depth: number): unknown {
  if (typeof value === 'string') return shortenText(value, limits.characters);
  if (value === null || typeof value !== 'object') return value;
  if (depth === 0) return Array.isArray(value) ? `[${value.length} items left out]` : '[object left out]';
  const inner = (part: unknown) => shorten(part, limits, depth - 1);
  if (Array.isArray(value)) {
    const kept = value.slice(0, limits.items).map(inner);
    return value.length > kept.length ? [...kept, `[${value.length - kept.length} more items]`] : kept;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, limits.items).map(([name, field]) => [name, inner(field)]);
  const missing = entries.length - kept.length;
  return Object.fromEntries(missing > 0 ? [...kept, ['…', `[${missing} more fields]`]] : kept);
}

function shortenText(text: string, characters: number): string {
  const missing = text.length - characters;
  return missing > 40 ? `${text.slice(0, characters).toWellFormed()}… [${missing} more characters]` : text;
}
