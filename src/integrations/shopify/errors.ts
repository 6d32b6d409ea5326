import * as z from 'zod';
import type { AppError } from '../../core/errors.ts';
import type { ErrorAnswer, Explanation } from '../status-error.ts';
import { machineCode, statusError } from '../status-error.ts';

const SHOPIFY = { title: 'Shopify', statusPage: 'https://www.shopifystatus.com', requestIdHeader: 'x-request-id' };

/** `errors` is a sentence, or sentences by field. */
const errorBody = z.object({ errors: z.record(z.string(), z.unknown()) }).catch({ errors: {} });

/** https://shopify.dev/docs/api/usage/response-codes */
const BY_STATUS: Readonly<Record<number, Explanation>> = {
  402: ['rejected', 'The shop is frozen.', 'Its owner must pay what is open at Shopify.'],
  403: [
    'unauthorized',
    'The access token lacks a scope.',
    'Give the app read_orders or read_products and install it again.',
  ],
  404: [
    'not_found',
    'Shopify has no such object, shop or API version.',
    'Check the id, settings.shop and settings.api_version.',
  ],
  423: ['unavailable', 'The shop is locked.', 'Its owner must contact Shopify.'],
  430: ['rate_limited', 'Shopify refused the call for security reasons.', 'Call less often.'],
};

/** The fields at fault stay, the prose goes. */
export function toShopifyError(answer: ErrorAnswer): AppError {
  const { errors } = errorBody.parse(answer.body);
  const fields = Object.keys(errors)
    .filter((name) => machineCode.parse(name) !== undefined)
    .slice(0, 20);
  return statusError(SHOPIFY, answer, { fields: fields.length === 0 ? undefined : fields }, BY_STATUS[answer.status]);
}
