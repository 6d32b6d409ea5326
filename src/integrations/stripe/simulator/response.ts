import type { SimulatedResponse } from '../../../simulator/service.ts';
import type { Call } from './account.ts';
import type { StripeApiError } from './api-error.ts';
import { API_VERSION } from './events.ts';

export const REFUSALS: Readonly<Record<number, { message: string; code?: string; headers?: Record<string, string> }>> =
  {
    429: {
      message: 'Request rate limit exceeded.',
      code: 'rate_limit',
      headers: { 'stripe-rate-limited-reason': 'global-rate' },
    },
  };

export type Origin = Pick<Call, 'requestId' | 'idempotencyKey'>;

export function render(status: number, body: object, { requestId, idempotencyKey }: Origin): SimulatedResponse {
  const headers = { 'content-type': 'application/json', 'request-id': requestId, 'stripe-version': API_VERSION };
  const keyed =
    idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey, 'original-request': requestId };
  return { status, headers: { ...headers, ...keyed }, body: format(body) };
}

export function renderError(error: StripeApiError, origin: Origin): SimulatedResponse {
  return render(error.status, error.toBody(origin.requestId), origin);
}

/** The first answer again; `original-request` keeps naming the request that executed. */
export function replay(stored: SimulatedResponse, { requestId }: Origin): SimulatedResponse {
  return { ...stored, headers: { ...stored.headers, 'request-id': requestId, 'idempotent-replayed': 'true' } };
}

/** Stripe indents answers and webhooks alike: a receiver that parses and serialises again loses the signed bytes. */
export function format(value: object): string {
  return JSON.stringify(value, null, 2);
}
