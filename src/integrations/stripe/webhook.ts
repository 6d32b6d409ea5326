import { createHash } from 'node:crypto';
import type { OccurrenceOf } from '../../webhooks/listener/route.ts';
import type { WebhookScheme } from '../../webhooks/scheme.ts';

const header = 'stripe-signature';

/**
 * `t=…,v1=…`, one `v1` per secret while an endpoint's secret is rolled; `v0` is test noise. The secret is the text with its `whsec_`.
 * https://docs.stripe.com/webhooks#verify-manually
 */
export const stripeWebhook: WebhookScheme = {
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: 'utf8',
      secretPrefix: 'whsec_',
      encoding: 'hex',
      at: [{ header, separator: ',', prefix: 'v1=' }],
    },
  ],
  signed: ['timestamp', { text: '.' }, 'body'],
  timestamp: { at: [{ header, separator: ',', prefix: 't=' }], toleranceS: 300 },
  event: { id: [{ json: ['id'] }], type: [{ json: ['type'] }] },
};

/**
 * Stripe sometimes makes two Event objects of one occurrence, to be recognised by type and object:
 * https://docs.stripe.com/webhooks#handle-duplicate-events. An update back and forth gives equal snapshots too, so the second counts.
 */
export const stripeOccurrence: OccurrenceOf = (document) => {
  const { object, type, created, account, data } = (document ?? {}) as Record<string, unknown>;
  const id = (data as { object?: { id?: unknown } } | null | undefined)?.object?.id;
  if (object !== 'event' || typeof type !== 'string' || typeof id !== 'string') return undefined;
  return createHash('sha256')
    .update(JSON.stringify([type, created, account, data]))
    .digest('base64url');
};
