import type { ExampleContext } from '../../../webhooks/event-examples.ts';

/** The version whose field places the examples have: https://docs.stripe.com/changelog/endive */
const API_VERSION = '2026-10-28.endive';

/** The customer that all examples are about. */
export const CUSTOMER = 'cus_RbXn4Yq8mT2KdL';
export const EMAIL = 'jenny.rosen@example.com';

export const ADDRESS = {
  city: null,
  country: 'US',
  line1: null,
  line2: null,
  postal_code: '94103',
  state: null,
} as const;

/** An event with the snapshot of an object: https://docs.stripe.com/api/events/object */
export function snapshot(context: ExampleContext, type: string, object: object, previous_attributes?: object) {
  return {
    id: `evt_${context.text(24)}`,
    object: 'event',
    api_version: API_VERSION,
    created: context.seconds,
    data: { object, ...(previous_attributes === undefined ? {} : { previous_attributes }) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: `req_${context.text(14)}`, idempotency_key: context.uuid() },
    type,
  } as const;
}

export function list<T>(url: string, data: T[]) {
  return { object: 'list', data, has_more: false, total_count: data.length, url } as const;
}
