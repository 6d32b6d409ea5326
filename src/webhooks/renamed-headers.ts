import type { WebhookHeaders } from './delivery.ts';
import { headerLines } from './delivery.ts';
import { headersOf } from './header-variants.ts';
import type { WebhookScheme } from './scheme.ts';

export interface RenamedHeader {
  readonly expected: string;
  readonly actual: string;
}

/**
 * Headers of a scheme that are there under a name with another prefix or separator: `HTTP_STRIPE_SIGNATURE`,
 * `X-Forwarded-Stripe-Signature`, `hub-signature-256`.
 */
export function findRenamedHeaders(scheme: WebhookScheme, headers: WebhookHeaders): RenamedHeader[] {
  const certificates = scheme.signatures.map((method) => ('certificate' in method ? method.certificate : undefined));
  const places = [...scheme.signatures.map(({ at }) => at), scheme.timestamp?.at, scheme.id, ...certificates];
  const names = Object.keys(headers).filter((name) => HEADER_NAME.test(name));
  const expectedNames = places.flatMap((at) => (at === undefined ? [] : headersOf(at).map(({ header }) => header)));
  return [...new Set(expectedNames)].flatMap((expected) => {
    if (headerLines(headers, expected) !== undefined) return [];
    const core = lettersOf(expected.replace(/^x-/, ''));
    const actual = names.find((name) => lettersOf(name).endsWith(core));
    return actual === undefined ? [] : [{ expected, actual }];
  });
}

/** Excludes what could be prose: the name is shown to the reader. */
const HEADER_NAME = /^[\w-]{1,100}$/;

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
