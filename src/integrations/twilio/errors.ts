import * as z from 'zod';
import type { AppError } from '../../core/errors.ts';
import type { ErrorAnswer, Explanation } from '../status-error.ts';
import { statusError } from '../status-error.ts';

const TWILIO = { title: 'Twilio', statusPage: 'https://status.twilio.com', requestIdHeader: 'twilio-request-id' };

/** https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions */
const errorBody = z.object({ code: z.int().optional().catch(undefined) }).catch({});

/** https://www.twilio.com/docs/api/errors */
const BY_CODE: Readonly<Record<number, Explanation>> = {
  20003: [
    'unauthorized',
    'Twilio did not accept account and key.',
    'Check settings.account_sid (and api_key_sid) and the variable with the token: they must belong together.',
  ],
  21211: ['rejected', 'The number in To is not valid.', 'Use E.164, for instance +14155552671.'],
  21212: ['rejected', 'The number in From is not valid.', 'Use a number of this account, in E.164.'],
  21408: ['rejected', 'Sending to this country is not enabled.', 'Enable it under geo permissions in the console.'],
  21606: ['rejected', 'The number in From cannot send this message.', 'Use a number of this account that can.'],
  21608: ['rejected', 'A trial account sends to verified numbers only.', 'Verify the number, or upgrade the account.'],
  21610: ['rejected', 'The recipient has opted out with STOP.', 'Do not send again; only the recipient can opt in.'],
  21614: ['rejected', 'The number in To is no mobile number.', 'Use a number that can receive messages.'],
};

/** Twilio's code stays, its prose goes; the code has a page of its own. */
export function toTwilioError(answer: ErrorAnswer): AppError {
  const { code } = errorBody.parse(answer.body);
  const doc_url = code === undefined ? undefined : `https://www.twilio.com/docs/api/errors/${code}`;
  return statusError(TWILIO, answer, { code, doc_url }, code === undefined ? undefined : BY_CODE[code]);
}
