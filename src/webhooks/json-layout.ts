/** The ways in which senders lay out JSON. */
export const JSON_LAYOUTS = {
  compact: (document: object) => JSON.stringify(document),
  indented: (document: object) => JSON.stringify(document, null, 2),
  'indented by 4': (document: object) => JSON.stringify(document, null, 4),
  spaced: writeSpaced,
  lines: writeLines,
} as const;

/** How each is called in a sentence: "JSON …". */
export const LAYOUT_NAMES: Record<keyof typeof JSON_LAYOUTS, string> = {
  compact: 'without blanks',
  indented: 'indented by 2',
  'indented by 4': 'indented by 4',
  spaced: 'with a blank after each comma and colon',
  lines: 'with one event per line',
};

/** Line breaks inside strings are escaped, so every real one is layout. */
function writeSpaced(document: object): string {
  return JSON.stringify(document, null, 1).replace(/,\n */g, ', ').replace(/\n */g, '');
}

/** An array with one item per line. */
function writeLines(document: object): string {
  if (!Array.isArray(document)) return JSON.stringify(document);
  return `[${document.map((item) => JSON.stringify(item)).join(',\r\n')}]`;
}

/** The ways in which senders escape what JSON allows to be escaped: none, Python and PHP, PHP's slashes, Go's HTML characters. */
export const JSON_ESCAPES: readonly ((text: string) => string)[] = [
  (text) => text,
  escapeNonAscii,
  (text) => escapeNonAscii(text).replaceAll('/', '\\/'),
  (text) => text.replace(/[<>&\u2028\u2029]/g, escapeUnit),
];

function escapeNonAscii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
