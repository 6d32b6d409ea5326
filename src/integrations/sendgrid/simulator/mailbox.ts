import { randomBytes } from 'node:crypto';
import type { Mail } from './mail-parameters.ts';
import type { ReceivedMail } from './received-mail.ts';

const MAX_MESSAGES = 1_000;

/** The mails that were accepted, for tests and people to read: the last 1,000. */
export class Mailbox {
  #messages: ReceivedMail[] = [];

  /** Oldest first. */
  get messages(): readonly ReceivedMail[] {
    return this.#messages;
  }

  /** Answers what was added. */
  accept(id: string, mail: Mail, nowMs: number): ReceivedMail[] {
    const added = mail.personalizations.map((personalization) => buildMail(id, mail, personalization, nowMs));
    this.#messages = [...this.#messages, ...added].slice(-MAX_MESSAGES);
    return added;
  }

  clear(): void {
    this.#messages = [];
  }
}

export function createMessageId(): string {
  return randomBytes(16).toString('base64url');
}

function buildMail(id: string, mail: Mail, one: Mail['personalizations'][number], nowMs: number): ReceivedMail {
  const { to, cc = [], bcc = [] } = one;
  const contentOf = (type: string) => mail.content?.find((part) => part.type === type)?.value;
  return {
    id,
    from: one.from ?? mail.from,
    recipients: Object.entries({ to, cc, bcc }).flatMap(([field, addresses]) =>
      addresses.map(({ email }) => ({ email, field: field === 'to' || field === 'cc' ? field : 'bcc' }) as const),
    ),
    subject: one.subject ?? mail.subject,
    text: contentOf('text/plain'),
    html: contentOf('text/html'),
    templateId: mail.template_id,
    templateData: one.dynamic_template_data,
    categories: mail.categories ?? [],
    customArgs: { ...mail.custom_args, ...one.custom_args },
    attachments: (mail.attachments ?? []).map(({ content, filename, type }) => ({
      filename,
      type,
      bytes: Buffer.from(content, 'base64').length,
    })),
    sendAt: one.send_at ?? mail.send_at,
    at: nowMs,
  };
}
