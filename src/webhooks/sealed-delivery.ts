import type { ReceivedDelivery } from './event-log.ts';

type Sealed = Pick<ReceivedDelivery, 'rawHeaders' | 'path' | 'url' | 'body'>;

/**
 * Some deliveries prove themselves by carrying the secret (Postmark, tokens in a URL). What is stored has a mark in its place, which only
 * this event has, so that no row holds a secret; with the secret at hand, `unseal` gives back the very bytes.
 */
export function seal<T extends Sealed>(delivery: T, secret: string | undefined, id: string): T {
  return substitute(delivery, formsOf(secret, id));
}

export function unseal<T extends Sealed>(delivery: T, secret: string | undefined, id: string): T {
  return substitute(
    delivery,
    formsOf(secret, id).map(([value, mark]) => [mark, value]),
  );
}

type Forms = (readonly [from: string, to: string])[];

/** The secret as text and as base64. Every text here stands for bytes, one a character. */
function formsOf(secret: string | undefined, id: string): Forms {
  if (secret === undefined || secret === '') return [];
  const bytes = Buffer.from(secret);
  return [
    [bytes.toString('base64'), `[secret ${id} base64]`],
    [bytes.toString('latin1'), `[secret ${id}]`],
  ];
}

function substitute<T extends Sealed>(delivery: T, forms: Forms): T {
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
