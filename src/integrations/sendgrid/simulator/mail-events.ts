import { randomBytes } from 'node:crypto';
import type { ReceivedMail } from './received-mail.ts';
import type { Suppression } from './suppressions.ts';

/** Events of mails: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */

export type MailEvent = Readonly<Record<string, unknown>> & {
  readonly email: string;
  readonly event: string;
  readonly sg_event_id: string;
};

type Source = Pick<ReceivedMail, 'id' | 'categories' | 'customArgs'>;

const IP = { ip: '198.51.100.7', tls: 1 };
const BROWSER = { useragent: 'Mozilla/5.0', ip: '203.0.113.9' };

/** What an event says beside the common fields, by its type. */
const DETAILS: Readonly<Record<string, object>> = {
  processed: { send_at: 0 },
  delivered: { response: '250 2.0.0 OK', ...IP },
  deferred: { response: '451 4.7.1 Try again later', attempt: '1', ...IP },
  dropped: { reason: 'Bounced Address', status: '5.0.0' },
  bounce: {
    bounce_classification: 'Invalid Address',
    reason: '550 5.1.1 The email account that you tried to reach does not exist',
    status: '5.1.1',
    type: 'bounce',
    ...IP,
  },
  blocked: { reason: '554 5.7.1 Message rejected', status: '5.7.1', type: 'blocked', ...IP },
  open: { sg_machine_open: false, sg_content_type: 'html', ...BROWSER },
  click: { url: 'https://example.com/', url_offset: { index: 0, type: 'html' }, ...BROWSER },
  spamreport: {},
  unsubscribe: {},
};

export const EVENT_TYPES = Object.keys(DETAILS);

/** What becomes of a mail by the part of the address before the `@` or a `+`; all others are delivered. */
const FATES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  bounce: [['processed'], ['bounce']],
  blocked: [['processed'], ['blocked']],
  deferred: [['processed'], ['deferred'], ['delivered']],
  open: [['processed', 'delivered'], ['open']],
  click: [
    ['processed', 'delivered'],
    ['open', 'click'],
  ],
  spam: [['processed', 'delivered'], ['spamreport']],
  unsubscribe: [['processed', 'delivered'], ['unsubscribe']],
};
const DELIVERED = [['processed', 'delivered']] as const;

/** The batches of events that a mail to this address leads to, in their order. */
export function fateOf(email: string, suppression: Suppression | undefined): readonly (readonly string[])[] {
  if (suppression !== undefined) return [['dropped']];
  const [local = ''] = email.toLowerCase().split(/[+@]/, 1);
  return Object.hasOwn(FATES, local) ? (FATES[local] ?? DELIVERED) : DELIVERED;
}

/** A blocked mail is told as a bounce of that type. */
export function buildEvent(type: string, email: string, mail: Source, nowMs: number): MailEvent {
  const { categories, customArgs, id } = mail;
  return {
    ...customArgs,
    email,
    timestamp: Math.floor(nowMs / 1000),
    'smtp-id': `<${id}@geopod-ismtpd-1>`,
    event: type === 'blocked' ? 'bounce' : type,
    ...(categories.length > 0 && { category: categories }),
    sg_event_id: randomBytes(16).toString('base64url'),
    sg_message_id: `${id}.recvd-5c8b7d9f4-x2k4l-1-65E0F0A1-1D.0`,
    ...DETAILS[type],
  };
}

/** One event a line, closed by a line end that is signed as well. */
export function formatBatch(events: readonly MailEvent[]): Buffer {
  return Buffer.from(`[${events.map((event) => JSON.stringify(event)).join(',\r\n')}]\r\n`);
}
