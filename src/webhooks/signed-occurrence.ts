import { createHash } from 'node:crypto';
import type { Delivery } from './delivery.ts';
import type { WebhookScheme } from './scheme.ts';
import { sortedForm } from './signed-content.ts';

/**
 * Where the id of an event is in a header that is not signed, whoever has a delivery can send it again under another id: then what is
 * signed tells whether two are the same. Undefined where the id is signed.
 */
export function signedOccurrence(
  { event, signed, url: signsUrl }: WebhookScheme,
  { body, url = '' }: Delivery,
  eventType: string | undefined,
): string | undefined {
  const isUnsigned = event.id.some((at) => 'header' in at) && !signed.includes('id');
  if (!isUnsigned) return undefined;
  const hash = createHash('sha256');
  // Providers spell ports and queries differently for one address.
  if (signsUrl !== undefined) hash.update(`${URL.parse(url)?.pathname}\n`);
  const form = signed.includes('form') ? sortedForm(body) : undefined;
  hash.update(form ?? body);
  return `signed ${event.typesShareBodies ? (eventType ?? '') : ''} ${hash.digest('base64url')}`;
}
