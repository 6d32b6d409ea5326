import type * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Mail, Personalization } from '../integrations/sendgrid/operations/mail-schema.ts';
import { MAIL_ID_ARGUMENT, sendMail } from '../integrations/sendgrid/operations/send-mail.ts';
import { parseAddress } from './address.ts';
import type { Attachment } from './attachments.ts';
import type { MailMessage } from './mail-message.ts';
import { personalizationInput } from './mail-message.ts';

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors */
const MAX_AHEAD_MS = 72 * 3_600_000;
const SHOWN_PROBLEMS = 10;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

export interface MailFrame {
  attachments: readonly Attachment[];
  /** Comes back with every event of the mail. */
  mailId: string;
  sandbox: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The message as SendGrid takes it; `invalid_input` names every field that breaks one of its rules. Nothing is sent. */
export function buildMail(message: MailMessage, { attachments, mailId, sandbox, now }: MailFrame): Mail {
  const { from, replyTo, subject, templateId, categories, sendAt } = message;
  const mail = {
    personalizations: personalizationsOf(message),
    from: parseAddress(from),
    reply_to: replyTo === undefined ? undefined : parseAddress(replyTo),
    subject,
    content: contentOf(message),
    attachments: attachments.length === 0 ? undefined : attachments,
    template_id: templateId,
    categories,
    send_at: sendAt === undefined ? undefined : parseSendAt(sendAt, now),
    custom_args: { [MAIL_ID_ARGUMENT]: mailId },
    mail_settings: sandbox ? { sandbox_mode: { enable: true } } : undefined,
  };
  return parse(sendMail.input, withoutUndefined(mail));
}

function personalizationsOf(message: MailMessage): object[] {
  const { to, cc, bcc, dynamicTemplateData: data, personalizations } = message;
  if (personalizations === undefined) return [addressed({ to: to ?? [], cc, bcc, dynamic_template_data: data })];
  if ([to, cc, bcc, data].some((given) => given !== undefined)) {
    throw new AppError(
      'invalid_input',
      'Recipients and template data stand in personalizations or beside it, not in both.',
    );
  }
  return personalizations.map((each) => addressed(parse(personalizationInput, each)));
}

type Recipients = Partial<Record<'to' | 'cc' | 'bcc', readonly string[] | undefined>>;

function addressed({
  to,
  cc,
  bcc,
  ...rest
}: Recipients & Partial<Pick<Personalization, 'dynamic_template_data'>>): object {
  const parsed = { to: to?.map(parseAddress), cc: cc?.map(parseAddress), bcc: bcc?.map(parseAddress) };
  return withoutUndefined({ ...parsed, ...rest });
}

/** Plain text first, as SendGrid wants it. */
function contentOf({ text, html }: MailMessage): { type: string; value: string }[] | undefined {
  const parts = [
    { type: 'text/plain', value: text },
    { type: 'text/html', value: html },
  ].flatMap(({ type, value }) => (value === undefined ? [] : [{ type, value }]));
  return parts.length === 0 ? undefined : parts;
}

/** Unix seconds. A time in the past means now to SendGrid, so that a repeat after the time is still the same mail. */
function parseSendAt(text: string, now: number): number {
  const time = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new AppError('invalid_input', 'send_at is not a time.', { hint: 'For instance 2027-01-31T09:00:00Z.' });
  }
  if (time - now <= MAX_AHEAD_MS) return Math.floor(time / 1000);
  throw new AppError('invalid_input', 'send_at is more than 72 hours ahead, which SendGrid does not take.');
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'mail'}: ${message}`);
  throw new AppError('invalid_input', `SendGrid would refuse this mail: ${problems[0]}.`, {
    hint: 'Correct the fields that details name. Nothing was sent.',
    details: { problems: problems.slice(0, SHOWN_PROBLEMS) },
  });
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
