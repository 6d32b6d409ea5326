import type { WebhookHeaders } from './delivery.ts';
import { headerLines, MAX_VALUE_LENGTH, Received } from './delivery.ts';
import type { HeaderValue, Places, SignatureMethod, ValueSource, WebhookScheme } from './scheme.ts';
import { decodePercent } from './secret-variants.ts';

type Encoding = SignatureMethod['encoding'];

/** Headers as they may have been before something rewrote the signature in them. A few dozen at most. */
export function headerVariants(scheme: WebhookScheme, headers: WebhookHeaders): WebhookHeaders[] {
  return scheme.signatures.flatMap(({ at, encoding }) =>
    headersOf(at).flatMap((place) =>
      writtenOtherwise(headers, place, encoding).map((line) => withHeader(headers, place.header, line)),
    ),
  );
}

function writtenOtherwise(headers: WebhookHeaders, at: HeaderValue, encoding: Encoding): string[] {
  const [line] = headerLines(headers, at.header) ?? [];
  if (line === undefined || line.length > MAX_VALUE_LENGTH) return [];
  const values = new Received({ headers, body: Buffer.alloc(0) }).values(at) ?? [];
  return [...lineVariants(line, at), ...valueVariants(line, values, encoding)];
}

export function headersOf(places: Places): HeaderValue[] {
  return places.filter((at: ValueSource): at is HeaderValue => 'header' in at);
}

/** These headers with one of them replaced, whatever the case of its name. */
export function withHeader(headers: WebhookHeaders, name: string, line: string): WebhookHeaders {
  const others = Object.entries(headers).filter(([key]) => key.toLowerCase() !== name);
  return Object.fromEntries([...others, [name, line]]);
}

function lineVariants(line: string, { prefix = '', separator }: HeaderValue): string[] {
  const plain = decodePercent(line).replace(/^\s*["']|["']\s*$/g, '');
  const first = separator === undefined ? (plain.split(',', 1)[0] ?? '') : plain;
  const bare = plain.replace(/^[\w-]{1,20}[=,:]\s*/, '');
  return [plain, first, bare, prefix + plain, prefix + bare];
}

function valueVariants(line: string, values: readonly string[], encoding: Encoding): string[] {
  return values.flatMap((value) => rewritten(value, encoding).map((other) => line.replace(value, () => other)));
}

function rewritten(value: string, encoding: Encoding): string[] {
  if (encoding === 'hex') return [value.toLowerCase(), Buffer.from(value, 'base64').toString('hex')];
  return [Buffer.from(value, 'base64').toString('base64'), Buffer.from(value, 'hex').toString('base64')];
}
