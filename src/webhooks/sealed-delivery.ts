import type { Secrets } from '../core/secrets.ts';
import type { ReceivedDelivery } from './event-log.ts';

type Sealed = Pick<ReceivedDelivery, 'rawHeaders' | 'path' | 'url' | 'body' | 'verdict'>;

/** Shorter values are words that stand in many bodies. */
const MIN_LENGTH = 8;

/**
 * Deliveries carry secrets: some prove themselves by it (Postmark, tokens in a URL), others by mistake. What is stored has marks in their
 * place, which name the variable and which only this event has, so that no row holds a secret of this process; with the secrets at
 * hand, `unseal` gives back the very bytes.
 */
export function seal<T extends Sealed>(delivery: T, secrets: Secrets, id: string): T {
  const { matchedSecret } = delivery.verdict;
  const names = new Set(secrets.names?.());
  if (matchedSecret !== undefined) names.add(matchedSecret);
  const values = [...names].flatMap((name) => {
    const value = secrets.get(name);
    const isSealed = value !== undefined && (name === matchedSecret || value.length >= MIN_LENGTH);
    return isSealed ? [{ name, value }] : [];
  });
  // The longest first: one may be part of another.
  values.sort((a, b) => b.value.length - a.value.length);
  return substitute(
    delivery,
    values.flatMap(({ name, value }) => formsOf(name, value, id)),
  );
}

/** A mark whose variable is not set here stays. */
export function unseal<T extends Sealed>(delivery: T, secrets: Secrets, id: string): T {
  const forms = marksIn(delivery, id).flatMap((name) => {
    const value = secrets.get(name);
    return value === undefined ? [] : formsOf(name, value, id);
  });
  return substitute(
    delivery,
    forms.map(([value, mark]) => [mark, value]),
  );
}

type Form = readonly [from: string, to: string];

/** The secret as base64 and as text. Every text here stands for bytes, one a character. */
function formsOf(name: string, secret: string, id: string): Form[] {
  const bytes = Buffer.from(secret);
  return [
    [bytes.toString('base64'), `${markStart(id)}${name} base64]`],
    [bytes.toString('latin1'), `${markStart(id)}${name}]`],
  ];
}

function markStart(id: string): string {
  return `[secret ${id} `;
}

/** Names of the variables for which there are marks of this event. */
function marksIn(delivery: Sealed, id: string): string[] {
  const start = markStart(id);
  if (!mentions(delivery, start)) return [];
  const { rawHeaders, path, url, body } = delivery;
  const names = [...rawHeaders, path, url ?? '', body.toString('latin1')].flatMap((text) =>
    text
      .split(start)
      .slice(1)
      .map((rest) => /^\w{1,128}/.exec(rest)?.[0] ?? ''),
  );
  return [...new Set(names)];
}

function substitute<T extends Sealed>(delivery: T, forms: readonly Form[]): T {
  const found = forms.filter(([from]) => mentions(delivery, from));
  if (found.length === 0) return delivery;
  const change = (text: string) => found.reduce((changed, [from, to]) => changed.replaceAll(from, () => to), text);
  const { rawHeaders, path, url, body } = delivery;
  return {
    ...delivery,
    rawHeaders: rawHeaders.map(change),
    path: change(path),
    url: url && change(url),
    body: Buffer.from(change(body.toString('latin1')), 'latin1'),
  };
}

function mentions({ rawHeaders, path, url, body }: Sealed, text: string): boolean {
  return [...rawHeaders, path, url ?? ''].some((part) => part.includes(text)) || body.includes(text, 0, 'latin1');
}
