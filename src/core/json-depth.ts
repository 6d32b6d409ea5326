/** Deeper than any honest document, and far from where code that walks a value exhausts the stack. */
const MAX_DEPTH = 500;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** What a bracket does to the depth. */
const STEPS = new Map([...'[{'].map((open) => [open.charCodeAt(0), 1]));
for (const close of ']}') STEPS.set(close.charCodeAt(0), -1);

/** Whether JSON text nests too deep to be walked. */
export function isTextTooDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false;
  for (let at = 0, depth = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else depth += STEPS.get(code) ?? 0;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** The same of a value. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
