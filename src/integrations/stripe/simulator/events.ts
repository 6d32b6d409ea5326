import * as z from 'zod';
import type { Account } from './account.ts';
import { missing } from './api-error.ts';
import { createId } from './ids.ts';
import type { StripeEvent } from './objects.ts';
import { listParameters, paginate } from './pagination.ts';
import { list, text } from './parameters.ts';
import { route } from './router.ts';

const path = '/v1/events';
const kind = 'event';

/** The version that requests, objects and events have: https://docs.stripe.com/changelog/endive */
export const API_VERSION = '2026-10-28.endive';

/** Holds a snapshot: what happens to the object later does not change its events. */
export function buildEvent(
  account: Account,
  type: string,
  data: { object: object; previous_attributes?: object },
  request: StripeEvent['request'],
): StripeEvent {
  return {
    id: createId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: account.now(),
    data: structuredClone(data),
    livemode: false,
    pending_webhooks: 0,
    request,
    type,
  };
}

export const eventRoutes = [
  route(
    'GET',
    path,
    kind,
    z.strictObject({ ...listParameters, type: text().optional(), types: list(text()).optional() }),
    (call, parameters) => {
      const types = parameters.types ?? (parameters.type === undefined ? undefined : [parameters.type]);
      return paginate(
        { objects: call.account.events, kind, url: path },
        parameters,
        (event) => types === undefined || types.some((type) => isOfType(event, type)),
      );
    },
  ),

  route('GET', `${path}/:id`, kind, z.strictObject({}), ({ account }, _parameters, id) => {
    const event = account.events.get(id);
    if (event === undefined) throw missing(kind, id, 'id', 404);
    return event;
  }),
];

/** `charge.*` stands for every type that begins so. */
function isOfType(event: StripeEvent, type: string): boolean {
  return type.endsWith('*') ? event.type.startsWith(type.slice(0, -1)) : event.type === type;
}
