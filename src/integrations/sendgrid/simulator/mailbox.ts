import { randomBytes } from 'node:crypto';
import type { Mail } from './mail-parameters.ts';

const MAX_MESSAGES = 1_000;

export interface Recipient {
  readonly email: string;
  readonly field: 'to' | 'cc' | 'bcc';
}

/** A mail that was accepted, one of each personalization. */
export interface ReceivedMail {
  /** As in `X-Message-Id`. */
  readonly id: string;
  readonly from: { readonly email: string; readonly name?: string | null | undefined };
  readonly recipients: readonly Recipient[];
  readonly subject: string | undefined;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly templateId: string | undefined;
  readonly templateData: Readonly<Record<string, unknown>> | undefined;
  readonly categories: readonly string[];
  readonly customArgs: Readonly<Record<string, string>>;
  readonly attachments: readonly {
    readonly filename: string;
    readonly type: string | undefined;
    readonly bytes: number;
  }[];
  /** Unix seconds. */
  readonly sendAt: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

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
