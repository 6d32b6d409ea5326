/** Zero-width characters, bidirectional overrides and tag characters: they show a reader something else than what is there. */
const INVISIBLE = /[\u200b\u2060-\u2064\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
/** Line feed and tab stay. */
const CONTROL = /(?![\n\t])\p{Cc}/gu;
const REPLACEMENT = '\ufffd';

/**
 * Stored text made harmless for terminals, logs and readers: control characters (and with them terminal escapes) become visible
 * pictures, invisible direction and tag characters go, halves of surrogate pairs are replaced.
 */
export function toPlainText(text: string): string {
  return text.toWellFormed().replaceAll('\r\n', '\n').replace(INVISIBLE, '').replace(CONTROL, pictureOf);
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
