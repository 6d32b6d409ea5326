import { textOfBody } from './raw-body.ts';

/** A value that must not be shown: the shell puts it in when the command runs. */
export interface HiddenValue {
  readonly value: string;
  /** What the shell expands between double quotes. */
  readonly expansion: string;
}

export interface CurlRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly hidden: readonly HiddenValue[];
}

/** Longer bodies come from a file: what is pasted into a terminal should fit its line. In bytes. */
const MAX_INLINE_BYTES = 10_000;

/** A line for a POSIX shell that sends exactly these bytes. */
export function curlCommand({ url, headers, body, hidden }: CurlRequest): string {
  const fields = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`, hidden)}`);
  const curl = ['curl -sS -i -X POST', quote(url, hidden), ...fields].join(' ');
  if (body.length > MAX_INLINE_BYTES) return `${curl} --data-binary @webhook-body # a file with exactly this body`;
  const text = textOfBody(body);
  if (text !== undefined && isPlain(text)) return `${curl} --data-raw ${quote(text, hidden)}`;
  return `printf %s ${quote(body.toString('base64'), [])} | base64 -d | ${curl} --data-binary @-`;
}

/** Terminals and editors change carriage returns and other control characters. */
function isPlain(text: string): boolean {
  return !/[^\P{Cc}\n\t]/u.test(text);
}

function quote(text: string, [first, ...others]: readonly HiddenValue[]): string {
  if (first === undefined) return `'${text.replaceAll("'", `'\\''`)}'`;
  return text
    .split(first.value)
    .map((piece) => quote(piece, others))
    .join(`"${first.expansion}"`);
}

/** A text as it may be shown. */
export function hide(text: string, hidden: readonly HiddenValue[]): string {
  return hidden.reduce((shown, { value, expansion }) => shown.replaceAll(value, () => `[${expansion}]`), text);
}
