import type { WebhookHeaders } from './delivery.ts';

/** Headers of the one connection on which a delivery came, not of the delivery. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers by name in lower case, each with all its lines; given names and values in turn, as on the wire. */
export function headersOf(rawHeaders: readonly string[]): WebhookHeaders {
  const found = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const lines = found.get(name) ?? [];
    lines.push(rawHeaders[at + 1] ?? '');
    found.set(name, lines);
  }
  return Object.fromEntries(found);
}

/** What may go on to another connection, as on the wire. */
export function endToEnd(rawHeaders: readonly string[]): string[] {
  const named = new Set(HOP_BY_HOP);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== 'connection') continue;
    for (const name of rawHeaders[at + 1]?.split(',') ?? []) named.add(name.trim().toLowerCase());
  }
  return withoutHeaders(rawHeaders, named);
}

/** @param names in lower case. */
export function withoutHeaders(rawHeaders: readonly string[], names: ReadonlySet<string>): string[] {
  return rawHeaders.filter((_, index) => !names.has(rawHeaders[index - (index % 2)]?.toLowerCase() ?? ''));
}
