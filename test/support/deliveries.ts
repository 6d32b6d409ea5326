import type { ReceivedDelivery } from '../../src/webhooks/event-log.ts';

export const VALID = {
  valid: true,
  reason: 'ok',
  message: 'The signature was made with STRIPE_WEBHOOK_SECRET.',
  skewS: 2,
  matchedSecret: 'STRIPE_WEBHOOK_SECRET',
} as const;

export const FORGED = {
  valid: false,
  reason: 'signature_mismatch',
  message: 'The signature does not fit.',
  skewS: undefined,
  matchedSecret: undefined,
} as const;

/** A genuine delivery of a Stripe event, changed where a test cares. */
export function delivery(eventId: string | undefined, more: Partial<ReceivedDelivery> = {}): ReceivedDelivery {
  return {
    workspace: '/projects/shop',
    provider: 'stripe',
    path: '/stripe',
    url: undefined,
    rawHeaders: ['Content-Type', 'application/json', 'X-Twice', 'a', 'X-Twice', 'b'],
    body: Buffer.from(`{"id":"${eventId}","object":"event"}`),
    verdict: VALID,
    eventId,
    eventType: 'payment_intent.succeeded',
    occurrence: undefined,
    receivedAt: 1_800_000_000_000,
    ...more,
  };
}
