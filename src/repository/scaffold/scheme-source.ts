import type { Provider } from '../../integrations/provider.ts';
import type { WebhookScheme } from '../../webhooks/scheme.ts';

/** The provider's webhook scheme as a source file: data for `src/webhooks/signature.ts` of the integration. */
export function schemeSource({ title, docs }: Provider, scheme: WebhookScheme): string {
  return [
    "import type { WebhookScheme } from './signature.js';",
    '',
    `/** How ${title} signs: ${docs} */`,
    `export const scheme: WebhookScheme = ${literal(portable(scheme), '')};`,
    '',
  ].join('\n');
}

/** Without what the generated engine does by itself. */
function portable({ signatures, signed, timestamp, id, bodyDigest, event }: WebhookScheme): object {
  const methods = signatures.map((method) => ({ ...method, signingPrefix: undefined }));
  return { signatures: methods, signed, timestamp, id, bodyDigest, event };
}

const LINE_WIDTH = 100;

/** TypeScript source of plain data. Absent fields are left out. */
function literal(value: unknown, indent: string): string {
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

function keyOf(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : quoted(name);
}

/** JSON escapes whatever could end the text or the line. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
