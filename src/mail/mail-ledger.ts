import type { Mode } from '../integrations/provider.ts';

/** `planned`: written before the first byte leaves. `accepted`: SendGrid has it, as its answer or one of its events says. */
const MAIL_STATES = ['planned', 'accepted', 'failed', 'unknown'] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** What SendGrid reports of one recipient: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
const DELIVERY_RANK = {
  processed: 1,
  deferred: 2,
  delivered: 3,
  open: 4,
  click: 5,
  group_resubscribe: 6,
  group_unsubscribe: 7,
  unsubscribe: 8,
  dropped: 9,
  bounce: 10,
  spamreport: 11,
} as const;

export type DeliveryState = keyof typeof DELIVERY_RANK;

export function isDeliveryState(text: string): text is DeliveryState {
  return Object.hasOwn(DELIVERY_RANK, text);
}

/** The furthest state wins, whatever the order in which events arrive. A bounce may follow a delivery and outranks it. */
export function furthest(known: DeliveryState | undefined, seen: DeliveryState): DeliveryState {
  return known !== undefined && DELIVERY_RANK[known] >= DELIVERY_RANK[seen] ? known : seen;
}

/** Names one mail of a workspace. */
export interface MailKey {
  workspace: string;
  /** Derived from integration, mode and reference; SendGrid gives it back with every event. */
  id: string;
}

export interface PlannedMail extends MailKey {
  integration: string;
  mode: Mode;
  reference: string;
}

/** How far one recipient's copy has come. */
export interface Delivery {
  recipient: string;
  state: DeliveryState;
  opens: number;
  clicks: number;
  /** Time of the latest event, in milliseconds since the epoch. */
  lastEventAt: number;
}

export interface MailRecord extends PlannedMail {
  state: MailState;
  /** SendGrid's id, as in `X-Message-Id`; none in the sandbox. */
  messageId: string | undefined;
  deliveries: Delivery[];
  createdAt: number;
  updatedAt: number;
}

/** One event of a batch. */
export interface MailEvent {
  /** SendGrid's own id of the event. */
  eventId: string;
  /** Our id of the mail, where the mail was sent from here. */
  mailId: string | undefined;
  /** The id that SendGrid gave to the mail; undefined where the event has none. */
  messageId: string | undefined;
  recipient: string;
  state: DeliveryState;
  /** Milliseconds since the epoch. */
  at: number;
}

/** How many events of a batch were applied, known already, or of no mail of ours. */
export interface AppliedEvents {
  applied: number;
  known: number;
  foreign: number;
}

/** How long it is remembered which events were taken in. A forgotten one that comes again counts once more. */
export interface MailEventLimits {
  maxAgeMs: number;
  maxEvents: number;
}

/** SendGrid repeats a delivery for 24 hours: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook */
export const MAIL_EVENT_LIMITS: MailEventLimits = { maxAgeMs: 30 * 24 * 3_600_000, maxEvents: 1_000_000 };

/** Mails sent from a workspace and what became of them. */
export interface MailLedger {
  /** Writes the mail down unless it is there. */
  plan(mail: PlannedMail): Promise<void>;
  /** Takes the end of a sending in. Accepted stays accepted, and a later refusal does not settle an unknown one. */
  end(key: MailKey, end: { state: Exclude<MailState, 'planned'>; messageId?: string | undefined }): Promise<void>;
  get(key: MailKey): Promise<MailRecord | undefined>;
  /** Takes a batch in, in one transaction: each event once, in any order. */
  apply(workspace: string, events: readonly MailEvent[]): Promise<AppliedEvents>;
  /** Forgets the oldest events beyond the limits; mails and what became of them stay. Answers how many. */
  prune(limits: MailEventLimits): Promise<number>;
}
