import { createHash } from 'node:crypto';
import * as z from 'zod';
import { operation } from '../../operation.ts';
import { mailProblems } from './mail-rules.ts';
import { mailFields } from './mail-schema.ts';

/** Longer texts are kept as digests. */
const MAX_KEPT_CHARACTERS = 1_000;
/** What our own bookkeeping adds to `custom_args`; SendGrid gives it back with every event. */
export const MAIL_ID_ARGUMENT = 'breakwater_mail';

const sandboxed = z.object({ mail_settings: z.object({ sandbox_mode: z.object({ enable: z.literal(true) }) }) });

/**
 * SendGrid has no idempotency key, so that a mail whose outcome is unknown must never go out again by itself.
 * https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
 */
export const sendMail = operation({
  name: 'sendMail',
  summary: 'Sends mail as the API takes it; the tool send_email is easier and keeps track of the mail',
  method: 'POST',
  path: '/v3/mail/send',
  encoding: 'json',
  repeat: 'unsafe',
  class: 'write',
  input: mailFields.superRefine((mail, { addIssue }) => {
    for (const { path, message } of mailProblems(mail)) addIssue({ code: 'custom', path, message });
  }),
  /** 202 queued; 200 checked in sandbox mode, without an id. */
  output: z.object({ status: z.int(), message_id: z.string().max(255).optional() }),
  answerFrom: ({ status, headers }) => ({ status, message_id: headers['x-message-id'] }),
  // Attachments leave this machine in the sandbox too.
  isSandboxed: (input) => input['attachments'] === undefined && sandboxed.safeParse(input).success,
  digest: (input) => {
    const { custom_args, ...rest } = input;
    const kept = Object.entries({ ...(custom_args ?? {}) }).filter(([name]) => name !== MAIL_ID_ARGUMENT);
    const args = kept.length === 0 ? {} : { custom_args: Object.fromEntries(kept) };
    return shorten({ ...rest, ...args }) as Record<string, unknown>;
  },
});

function shorten(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_KEPT_CHARACTERS ? digestOf(value) : value;
  if (Array.isArray(value)) return value.map(shorten);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shorten(inner)]));
}

function digestOf(text: string): object {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { sha256, characters: text.length, begins: text.slice(0, 80) };
}
