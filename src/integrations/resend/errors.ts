import * as z from 'zod';
import type { AppError } from '../../core/errors.ts';
import type { ErrorAnswer, Explanation } from '../status-error.ts';
import { explanationOf, machineCode, statusError } from '../status-error.ts';

const RESEND = { title: 'Resend', statusPage: 'https://resend-status.com', requestIdHeader: 'x-request-id' };

/** https://resend.com/docs/api-reference/errors */
const errorBody = z.object({ name: machineCode }).catch({});

const BY_NAME: Readonly<Record<string, Explanation>> = {
  invalid_idempotent_request: [
    'conflict',
    'The idempotency key was used before with other parameters.',
    'Use a new reference for a new mail, or repeat the call with the first arguments.',
  ],
  concurrent_idempotent_requests: [
    'conflict',
    'Another request with the same idempotency key is running.',
    'Call again with the same reference in a moment: it cannot send twice.',
  ],
  daily_quota_exceeded: ['rate_limited', 'The daily quota of Resend is used up.', 'Wait a day, or upgrade the plan.'],
  monthly_quota_exceeded: ['rate_limited', 'The monthly quota of Resend is used up.', 'Upgrade the plan.'],
  invalid_from_address: [
    'rejected',
    'The sender address is not valid.',
    'Use a@example.com or Ada <a@example.com> on a verified domain.',
  ],
  restricted_api_key: ['unauthorized', 'The key may only send mail.', 'Use a key with full access.'],
};

/** Resend's name of the error stays, its prose goes. */
export function toResendError(answer: ErrorAnswer): AppError {
  const { name: code } = errorBody.parse(answer.body);
  return statusError(RESEND, answer, { code }, explanationOf(BY_NAME, code));
}
