import * as z from 'zod';
import type { AppError } from '../../core/errors.ts';
import type { ErrorAnswer, Explanation } from '../status-error.ts';
import { machineCode, statusError } from '../status-error.ts';

const STRIPE = { title: 'Stripe', statusPage: 'https://status.stripe.com', requestIdHeader: 'request-id' };

/** https://docs.stripe.com/api/errors */
const errorBody = z
  .object({
    error: z.object({
      type: machineCode,
      code: machineCode,
      decline_code: machineCode,
      param: machineCode,
      doc_url: z
        .string()
        .regex(/^https:\/\/(?:docs\.)?stripe\.com\/[\w./#?=-]{0,200}$/)
        .optional()
        .catch(undefined),
    }),
  })
  .catch({ error: {} });

type StripeError = z.output<typeof errorBody>['error'];

const BY_STATUS: Readonly<Record<number, Explanation>> = {
  403: [
    'unauthorized',
    'The key lacks a permission for this call.',
    'Give the restricted key the permission in the Stripe dashboard, or use another key.',
  ],
  404: [
    'not_found',
    'Stripe has no such object.',
    'Check the id, and that key and object belong to the same account and mode.',
  ],
  409: [
    'conflict',
    'Another request with the same idempotency key is running.',
    'Call again with the same reference in a moment: it cannot charge twice.',
  ],
  429: [
    'rate_limited',
    'Stripe refused the call: too many requests.',
    'Call again after retry_after_ms; nothing was executed.',
  ],
};

const DEFAULT: Explanation = [
  'rejected',
  'Stripe rejected the request.',
  'Correct the parameter that details name, then call again.',
];
const NO_SUCH_PATH: Explanation = [
  'not_found',
  'Stripe does not know this path, or has no such object.',
  'Check the path (a known operation is safer), then the id, and that key and object belong to the same account and mode.',
];
const KEY_REUSED: Explanation = [
  'conflict',
  'The idempotency key was used before with other parameters.',
  'Use a new reference for a new purchase, or repeat the call with the first arguments.',
];

/** Stripe's machine codes stay, its prose goes: only our words reach the agent. */
export function toStripeError(answer: ErrorAnswer): AppError {
  const { error } = errorBody.parse(answer.body);
  const rate_limited_reason = machineCode.parse(answer.headers['stripe-rate-limited-reason']);
  return statusError(STRIPE, answer, { ...error, rate_limited_reason }, explain(answer.status, error));
}

/** Undefined where HTTP says all that there is to say. */
function explain(status: number, error: StripeError): Explanation | undefined {
  if (status >= 500) return undefined;
  if (error.type === 'idempotency_error') return KEY_REUSED;
  // https://docs.stripe.com/error-low-level: some limits answer with 400.
  if (error.code === 'rate_limit' && status === 400) return BY_STATUS[429] ?? DEFAULT;
  if (status === 404 && error.code === undefined) return NO_SUCH_PATH;
  if (error.type === 'card_error')
    return ['rejected', 'The card was declined.', declineAdvice(error.decline_code ?? error.code)];
  return status === 401 ? undefined : (BY_STATUS[status] ?? DEFAULT);
}

const OTHER_METHOD = 'The customer should use another payment method.';
const OTHER_METHOD_SILENTLY = 'The customer should use another payment method; do not say why.';
const ENTER_AGAIN = 'The customer should enter the card details again.';
const ONCE_MORE = 'Try the same card once more in a moment.';
const AUTHENTICATE = 'The customer must authenticate: confirm again on session.';

/** What to do after a decline: https://docs.stripe.com/declines/codes */
const DECLINE_ADVICE: ReadonlyMap<string | undefined, string> = new Map([
  ['insufficient_funds', OTHER_METHOD],
  ['card_velocity_exceeded', OTHER_METHOD],
  ['withdrawal_count_limit_exceeded', OTHER_METHOD],
  ['card_not_supported', OTHER_METHOD],
  ['currency_not_supported', OTHER_METHOD],
  ['testmode_decline', 'Outside of tests the customer uses a real card.'],
  ['fraudulent', OTHER_METHOD_SILENTLY],
  ['lost_card', OTHER_METHOD_SILENTLY],
  ['stolen_card', OTHER_METHOD_SILENTLY],
  ['pickup_card', OTHER_METHOD_SILENTLY],
  ['restricted_card', OTHER_METHOD_SILENTLY],
  ['merchant_blacklist', OTHER_METHOD_SILENTLY],
  ['expired_card', 'The customer should use another card.'],
  ['incorrect_cvc', ENTER_AGAIN],
  ['invalid_cvc', ENTER_AGAIN],
  ['incorrect_number', ENTER_AGAIN],
  ['invalid_number', ENTER_AGAIN],
  ['incorrect_zip', ENTER_AGAIN],
  ['invalid_expiry_month', ENTER_AGAIN],
  ['invalid_expiry_year', ENTER_AGAIN],
  ['processing_error', ONCE_MORE],
  ['reenter_transaction', ONCE_MORE],
  ['try_again_later', ONCE_MORE],
  ['issuer_not_available', ONCE_MORE],
  ['authentication_required', AUTHENTICATE],
  ['authentication_not_handled', AUTHENTICATE],
  ['duplicate_transaction', 'A payment of the same amount was made a moment ago: look for it before another one.'],
]);

export function declineAdvice(declineCode: string | undefined): string {
  return DECLINE_ADVICE.get(declineCode) ?? 'The customer should contact the bank or use another payment method.';
}
