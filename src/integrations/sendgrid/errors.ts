import * as z from 'zod';
import type { AppError } from '../../core/errors.ts';
import type { ErrorAnswer, Explanation } from '../status-error.ts';
import { machineCode, statusError } from '../status-error.ts';

const SENDGRID = { title: 'SendGrid', statusPage: 'https://status.sendgrid.com', requestIdHeader: 'x-message-id' };

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors */
const errorBody = z
  .object({ errors: z.array(z.object({ field: machineCode, error_id: machineCode })).max(100) })
  .catch({ errors: [] });

const BY_STATUS: Readonly<Record<number, Explanation>> = {
  400: [
    'rejected',
    'SendGrid rejected the request.',
    'Correct the fields that details name; https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors lists the rules.',
  ],
  403: [
    'unauthorized',
    'SendGrid does not permit this: the key lacks the scope, or the sender is not verified.',
    'Give the key the scope (Mail Send for mail), and verify the sender address or authenticate its domain.',
  ],
};

/** The fields at fault stay, the prose about them goes. */
export function toSendGridError(answer: ErrorAnswer): AppError {
  const { errors } = errorBody.parse(answer.body);
  const fields = errors.flatMap(({ field }) => (field === undefined ? [] : [field]));
  const facts = { fields: fields.length === 0 ? undefined : fields, error_id: errors[0]?.error_id };
  return statusError(SENDGRID, answer, facts, BY_STATUS[answer.status]);
}
