import { buildExample } from '../../../webhooks/event-examples.ts';
import { stripeEvents } from '../events/index.ts';
import type { StripeEvent } from './objects.ts';

/** The catalogue's example of an event, its object changed; undefined for an unknown type. */
export function exampleEvent(
  type: string,
  overrides: Readonly<Record<string, unknown>>,
  nowMs: number,
): StripeEvent | undefined {
  const example = Object.hasOwn(stripeEvents.types, type) ? stripeEvents.types[type]?.example : undefined;
  if (example === undefined) return undefined;
  const { body } = buildExample(stripeEvents, example, { data: { object: overrides } }, nowMs);
  return JSON.parse(body.toString('utf8'));
}

/** Of the object that an event is about. */
export function idOf({ data }: StripeEvent): string | undefined {
  return 'id' in data.object && typeof data.object.id === 'string' ? data.object.id : undefined;
}
