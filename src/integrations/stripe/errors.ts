import * as z from 'zod';
import type { ErrorCode } from '../../core/errors.ts';
import { AppError } from '../../core/errors.ts';
import type { ResponseHeaders } from '../../resilience/retry-after.ts';

/** Anything else in the place of a machine code is prose, and stays out. */
const machineCode = z
  .string()
  .regex(/^[\w.:[\]-]{1,200}$/)
  .optional()
  .catch(undefined);

/** https://docs.stripe.com/api/errors */
const errorBody = z.object({
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
});

type StripeError = z.output<typeof errorBody>['error'];

/** Ours for Stripe's: code, message, what to do next. */
type Explanation = readonly [ErrorCode, string, string];

const BY_STATUS: Readonly<Record<number, Explanation>> = {
  401: [
    'unauthorized',
    'Stripe did not accept the key.',
    'Check the variable that configure_integration names: a wrong, revoked or truncated key.',
  ],
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
const SERVER_ERROR: Explanation = [
  'unavailable',
  'Stripe failed to answer.',
  'Check breaker_status and https://status.stripe.com, then call again.',
];
const KEY_REUSED: Explanation = [
  'conflict',
  'The idempotency key was used before with other parameters.',
  'Use a new reference for a new purchase, or repeat the call with the first arguments.',
];

/** Stripe's machine codes stay, its prose goes: only our words reach the agent. */
export function toStripeError(failure: { status: number; headers: ResponseHeaders; body: unknown }): AppError {
  const parsed = errorBody.safeParse(failure.body);
  const error: StripeError = parsed.success ? parsed.data.error : {};
  const [code, message, hint] = explain(failure.status, error);
  return new AppError(code, message, { hint, details: details(failure, error) });
}

function explain(status: number, error: StripeError): Explanation {
  if (status >= 500) return SERVER_ERROR;
  if (error.type === 'idempotency_error') return KEY_REUSED;
  if (error.type === 'card_error')
    return ['rejected', 'The card was declined.', declineAdvice(error.decline_code ?? error.code)];
  return BY_STATUS[status] ?? DEFAULT;
}

function details({ status, headers }: { status: number; headers: ResponseHeaders }, error: StripeError) {
  const { type, code, decline_code, param, doc_url } = error;
  const facts = {
    http_status: status,
    type,
    code,
    decline_code,
    param,
    doc_url,
    request_id: machineCode.parse(headers['request-id']),
    rate_limited_reason: machineCode.parse(headers['stripe-rate-limited-reason']),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** What to do after a decline: https://docs.stripe.com/declines/codes */
const DECLINE_ADVICE: ReadonlyMap<string | undefined, string> = new Map([
  ['insufficient_funds', 'The customer should use another payment method.'],
  ['lost_card', 'The customer should use another payment method; do not say why.'],
  ['stolen_card', 'The customer should use another payment method; do not say why.'],
  ['expired_card', 'The customer should use another card.'],
  ['incorrect_cvc', 'The customer should enter the card details again.'],
  ['incorrect_number', 'The customer should enter the card details again.'],
  ['processing_error', 'Try the same card once more in a moment.'],
  ['authentication_required', 'The customer must authenticate: confirm again on session.'],
]);

export function declineAdvice(declineCode: string | undefined): string {
  return DECLINE_ADVICE.get(declineCode) ?? 'The customer should contact the bank or use another payment method.';
}
