import { stripeEvents } from '../../src/integrations/stripe/events/index.ts';
import { buildExample } from '../../src/webhooks/event-examples.ts';
import type { LoggedEvent } from '../../src/webhooks/event-log.ts';

export const SHOP = '/projects/shop';
/** Seconds at which the stories of these tests begin. */
export const BEGIN_S = 1_800_000_000;

export interface EventOverrides {
  /** Of the event. */
  id?: string;
  created?: number;
  livemode?: boolean;
  account?: string;
  /** Of the object inside. */
  object?: Record<string, unknown>;
}

/** A verified delivery of Stripe's own example of a type. */
export function deliver(type: string, { object = {}, ...event }: EventOverrides = {}): LoggedEvent {
  const example = stripeEvents.types[type]?.example;
  if (example === undefined) throw new Error(`There is no example of ${type}.`);
  const overrides = { created: BEGIN_S, ...event, data: { object } };
  return deliverBody(buildExample(stripeEvents, example, overrides, BEGIN_S * 1000).body, type);
}

/** A verified delivery of any event about an object. */
export function deliverObject(type: string, object: Record<string, unknown>, event: EventOverrides = {}): LoggedEvent {
  const { object: _, ...more } = event;
  const fields = { id: `evt_${Math.random().toString(36).slice(2)}`, created: BEGIN_S, livemode: false, ...more };
  return deliverBody(Buffer.from(JSON.stringify({ object: 'event', type, ...fields, data: { object } })), type);
}

export function deliverBody(body: Buffer, eventType?: string): LoggedEvent {
  const delivery: LoggedEvent & { bodyBytes: number } = {
    bodyBytes: body.length,
    id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    workspace: SHOP,
    provider: 'stripe',
    path: '/stripe',
    rawHeaders: [],
    body,
    verdict: { valid: true, reason: 'ok', message: 'ok', skewS: 0, matchedSecret: 'STRIPE_WEBHOOK_SECRET' },
    eventId: undefined,
    eventType,
    receivedAt: BEGIN_S * 1000,
    status: 'pending',
    duplicates: 0,
    lastDuplicateAt: undefined,
  };
  return delivery;
}
