import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { JsonRequest, JsonRoute } from '../../../simulator/json-service.ts';
import { respond } from '../../../simulator/json-service.ts';
import type { SimulatedResponse } from '../../../simulator/service.ts';
import type { Mail } from './mail-parameters.ts';
import { mailParameters } from './mail-parameters.ts';
import type { Mailbox } from './mailbox.ts';
import { createMessageId } from './mailbox.ts';
import type { Suppressions } from './suppressions.ts';
import { SUPPRESSION_LISTS } from './suppressions.ts';

export interface MailAccount {
  readonly mailbox: Mailbox;
  readonly suppressions: Suppressions;
  now(): number;
  /** Takes a mail that is valid. */
  accept(id: string, mail: Mail): void;
}

interface FieldError {
  readonly message: string;
  readonly field: string | null;
}

export function refusal(status: number, ...errors: readonly FieldError[]): SimulatedResponse {
  return respond(status, { errors: errors.map(({ message, field }) => ({ message, field, help: null })) });
}

const MAX_SEND_AT_S = 72 * 60 * 60;

export const sendgridRoutes: readonly JsonRoute<MailAccount>[] = [
  { method: 'POST', path: '/v3/mail/send', run: sendMail },
  { method: 'POST', path: '/v3/mail/batch', run: () => respond(201, { batch_id: randomUUID().replaceAll('-', '') }) },
  {
    method: 'GET',
    path: '/v3/scopes',
    run: () => respond(200, { scopes: ['mail.send', 'mail.batch.create', 'suppression.read', 'suppression.delete'] }),
  },
  ...SUPPRESSION_LISTS.flatMap((list): JsonRoute<MailAccount>[] => [
    {
      method: 'GET',
      path: `/v3/suppression/${list}`,
      run: ({ suppressions }, { query }) => {
        const offset = Number(query.get('offset') ?? 0);
        const limit = Math.min(500, Number(query.get('limit') ?? 500));
        const entries = suppressions.list(list).map(({ list: _list, ...entry }) => entry);
        return respond(200, entries.slice(offset, offset + limit), rateHeaders());
      },
    },
    {
      method: 'GET',
      path: `/v3/suppression/${list}/:email`,
      run: ({ suppressions }, { params }) => {
        const found = suppressions.list(list).filter(({ email }) => email === params['email']?.toLowerCase());
        return respond(
          200,
          found.map(({ list: _list, ...entry }) => entry),
          rateHeaders(),
        );
      },
    },
    {
      method: 'DELETE',
      path: `/v3/suppression/${list}/:email`,
      run: ({ suppressions }, { params }) =>
        suppressions.remove(list, params['email'] ?? '')
          ? respond(204)
          : refusal(404, { message: 'address not found', field: null }),
    },
  ]),
  {
    method: 'POST',
    path: '/v3/asm/suppressions/global',
    run: ({ suppressions, now }, { body }) => {
      const emails = emailsOf(body);
      if (emails === undefined)
        return refusal(400, { message: 'recipient_emails is required', field: 'recipient_emails' });
      for (const email of emails) suppressions.add('unsubscribes', email, now());
      return respond(201, { recipient_emails: emails });
    },
  },
  {
    method: 'GET',
    path: '/v3/asm/suppressions/global/:email',
    run: ({ suppressions }, { params: { email = '' } }) => {
      const found = suppressions.list('unsubscribes').some((entry) => entry.email === email.toLowerCase());
      return respond(200, found ? { recipient_email: email } : {});
    },
  },
  {
    method: 'DELETE',
    path: '/v3/asm/suppressions/global/:email',
    run: ({ suppressions }, { params: { email = '' } }) => {
      suppressions.remove('unsubscribes', email);
      return respond(204);
    },
  },
];

/** https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits */
export function rateHeaders(remaining = 599): Record<string, string> {
  const reset = (Math.floor(Date.now() / 60_000) + 1) * 60;
  return {
    'x-ratelimit-limit': '600',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(reset),
  };
}

function emailsOf(body: unknown): string[] | undefined {
  const emails = (body as { recipient_emails?: unknown } | undefined)?.recipient_emails;
  return Array.isArray(emails) && emails.every((email) => typeof email === 'string') ? emails : undefined;
}

function sendMail(account: MailAccount, { body }: JsonRequest): SimulatedResponse {
  const parsed = mailParameters.safeParse(body ?? {}, { error: wrongForm });
  if (!parsed.success) return refusal(400, ...parsed.error.issues.flatMap(toErrors));
  const mail = parsed.data;
  const late = lateSend(mail, account.now());
  if (late !== undefined) return refusal(400, late);
  if (mail.mail_settings?.sandbox_mode?.enable === true) return respond(200);
  const id = createMessageId();
  account.accept(id, mail);
  return respond(202, undefined, { 'x-message-id': id });
}

function lateSend({ personalizations, send_at }: Mail, nowMs: number): FieldError | undefined {
  const latest = Math.floor(nowMs / 1000) + MAX_SEND_AT_S;
  const tooLate = [send_at, ...personalizations.map((one) => one.send_at)].some(
    (at) => at !== undefined && at > latest,
  );
  return tooLate ? { message: 'Scheduling more than 72 hours in advance is forbidden.', field: 'send_at' } : undefined;
}

/** For what has no words of its own. */
function wrongForm({ path = [] }: { path?: PropertyKey[] | undefined }): string {
  return `The ${path.join('.') || 'body'} parameter has the wrong type or length.`;
}

function toErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      message: `Additional property ${key} is not allowed`,
      field: [...issue.path, key].join('.'),
    }));
  }
  const field = issue.path.join('.');
  return [{ message: issue.message, field: field === 'from' ? 'from.email' : field || null }];
}
