import type { WebhookHeaders } from './delivery.ts';

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
