const LINE_WIDTH = 100;

/** TypeScript source of plain data. Absent fields are left out. */
export function literal(value: unknown, indent = ''): string {
  const inline = inlineLiteral(value);
  if (inline.length + indent.length <= LINE_WIDTH || typeof value !== 'object' || value === null) return inline;
  const deeper = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((entry) => literal(entry, deeper))
    : fieldsOf(value).map(([name, entry]) => `${keyOf(name)}: ${literal(entry, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${lines.map((line) => `${deeper}${line},\n`).join('')}${indent}${close}`;
}

function inlineLiteral(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(inlineLiteral).join(', ')}]`;
  const fields = fieldsOf(value).map(([name, entry]) => `${keyOf(name)}: ${inlineLiteral(entry)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function fieldsOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, entry]) => entry !== undefined);
}

/** A field's name, quoted where it has to be. */
export function keyOf(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : quoted(name);
}

/** JSON escapes whatever could end the text or the line. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
