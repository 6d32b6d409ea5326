/** Zero-width characters, bidirectional overrides and tag characters: they show a reader something else than what is there. */
const INVISIBLE = /[\u200b\u2060-\u2064\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
/** Line feed and tab stay. */
const CONTROL = /(?![\n\t])\p{Cc}/gu;
/** Colours, cursor movements and other sequences of ECMA-48, and operating system commands such as links and titles. */
const ESC = '\u001b';
const ESCAPE_SEQUENCE = new RegExp(
  `${ESC}(?:\\[[0-?]{0,60}[ -/]{0,4}[@-~]|\\][^${ESC}\u0007\\n]{0,2000}(?:\u0007|${ESC}\\\\))`,
  'g',
);
const REPLACEMENT = '\ufffd';

/**
 * Stored text made harmless for terminals, logs and readers: terminal escape sequences and invisible direction and tag characters go,
 * other control characters become visible pictures, halves of surrogate pairs are replaced.
 */
export function toPlainText(text: string): string {
  const visible = text.toWellFormed().replace(ESCAPE_SEQUENCE, '').replace(INVISIBLE, '');
  return visible.replaceAll('\r\n', '\n').replace(CONTROL, pictureOf);
}

/** The control picture for C0 and DEL; C1 controls have none. */
function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : REPLACEMENT;
}

/** The first characters of a text, never half of a pair. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? maxLength - 1 : maxLength);
}
