import * as z from 'zod';
import type { ErrorCode } from '../core/errors.ts';
import { AppError } from '../core/errors.ts';
import { isThrottle } from '../resilience/classify.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';

/** Ours for theirs: code, message, what to do next. */
export type Explanation = readonly [code: ErrorCode, message: string, hint: string];

export interface ErrorAnswer {
  status: number;
  headers: ResponseHeaders;
  body: unknown;
}

/** Anything else in the place of a machine code is prose, and stays out. */
export const machineCode = z
  .string()
  .regex(/^[\w.:[\]/-]{1,200}$/)
  .optional()
  .catch(undefined);

/** What is known of a service's code, which may be any text. */
export function explanationOf(
  known: Readonly<Record<string, Explanation>>,
  code: string | undefined,
): Explanation | undefined {
  return code !== undefined && Object.hasOwn(known, code) ? known[code] : undefined;
}

/** What HTTP itself says, for services whose bodies say no more. */
function explainStatus(title: string, statusPage: string, { status, headers }: ErrorAnswer): Explanation {
  if (isThrottle(status, headers)) {
    return [
      'rate_limited',
      `${title} refused the call: too many requests.`,
      'Call again after retry_after_ms; nothing was executed.',
    ];
  }
  if (status >= 500) {
    return ['unavailable', `${title} failed to answer.`, `Check breaker_status and ${statusPage}, then call again.`];
  }
  const explanation = BY_STATUS[status];
  if (explanation === undefined) {
    return ['rejected', `${title} rejected the request.`, 'Correct what details name, then call again.'];
  }
  const [code, message, hint] = explanation;
  return [code, `${title} ${message}`, hint];
}

const BY_STATUS: Readonly<Record<number, Explanation>> = {
  401: [
    'unauthorized',
    'did not accept the key.',
    'Check the variable that configure_integration names: a wrong, revoked or truncated key.',
  ],
  403: ['unauthorized', 'does not permit this call to the key.', 'Give the key the permission, or use another key.'],
  404: ['not_found', 'has no such object, or hides it from this key.', 'Check the id and what the key may see.'],
  409: ['conflict', 'says that this conflicts with what is there.', 'Look at the present state, then decide.'],
  413: ['rejected', 'says that the request is too large.', 'Send less at once.'],
};

/**
 * The error for an answer: `known` where the service's codes say more than the status, otherwise what HTTP says. `facts` are machine
 * codes, never prose; absent ones are left out.
 */
export function statusError(
  service: { title: string; statusPage: string; requestIdHeader: string },
  answer: ErrorAnswer,
  facts: Readonly<Record<string, unknown>>,
  known?: Explanation,
): AppError {
  const [code, message, hint] = known ?? explainStatus(service.title, service.statusPage, answer);
  const request_id = machineCode.parse(answer.headers[service.requestIdHeader]);
  const all = { http_status: answer.status, ...facts, request_id };
  const details = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new AppError(code, message, { hint, details });
}
