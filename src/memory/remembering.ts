const MAX_REMEMBERED = 20_000;
const MAX_LENGTH = 64;

/** Remembers the results of a pure function: the same few thousand words make up most text. Forgets all when full. */
export function remembering<T>(compute: (text: string) => T): (text: string) => T {
  const results = new Map<string, T>();
  return (text) => {
    const known = results.get(text);
    if (known !== undefined) return known;
    const result = compute(text);
    if (text.length > MAX_LENGTH) return result;
    if (results.size >= MAX_REMEMBERED) results.clear();
    results.set(text, result);
    return result;
  };
}
