import * as z from 'zod';
import { parseJson } from '../core/parse-json.ts';
import type { EffectOutcome, EventEffects } from '../webhooks/effects.ts';
import type { LoggedEvent } from '../webhooks/event-log.ts';
import type { AppliedEvents, MailEvent, MailLedger } from './mail-ledger.ts';
import { isDeliveryState } from './mail-ledger.ts';

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event; our own argument comes back beside the known fields. */
const sendGridEvent = z.object({
  sg_event_id: z.string().min(1).max(255),
  sg_message_id: z.string().min(1).max(512).optional().catch(undefined),
  breakwater_mail: z.string().min(1).max(128).optional().catch(undefined),
  email: z.string().min(1).max(320),
  event: z.string(),
  timestamp: z.number().nonnegative().max(1e11),
});

const IGNORED: EffectOutcome = { result: 'ignored', note: undefined };

/** What SendGrid's events say of mails that were sent from here. */
export class MailEffects implements EventEffects {
  readonly #ledger: MailLedger;

  constructor(ledger: MailLedger) {
    this.#ledger = ledger;
  }

  async apply({ provider, workspace, body }: LoggedEvent): Promise<EffectOutcome> {
    if (provider !== 'sendgrid') return IGNORED;
    const events = parseEvents(body);
    if (events.length === 0) return IGNORED;
    const counts = await this.#ledger.apply(workspace, events);
    return { result: resultOf(counts), note: noteOf(counts) };
  }
}

/** The events of a batch that concern a delivery; what has another shape is left out. */
export function parseEvents(body: Buffer): MailEvent[] {
  const batch = parseJson(body);
  if (!Array.isArray(batch)) return [];
  return batch.flatMap((item: unknown) => {
    const parsed = sendGridEvent.safeParse(item);
    return parsed.success ? toMailEvent(parsed.data) : [];
  });
}

function toMailEvent(event: z.output<typeof sendGridEvent>): MailEvent[] {
  if (!isDeliveryState(event.event)) return [];
  return [
    {
      eventId: event.sg_event_id,
      mailId: event.breakwater_mail,
      // The id of the mail, then that of the server and the copy: https://www.twilio.com/docs/sendgrid/glossary/message-id
      messageId: event.sg_message_id?.split('.', 1)[0],
      recipient: event.email.toLowerCase(),
      state: event.event,
      at: Math.round(event.timestamp * 1000),
    },
  ];
}

function resultOf({ applied, known }: AppliedEvents): EffectOutcome['result'] {
  if (applied > 0) return 'applied';
  return known > 0 ? 'already_applied' : 'ignored';
}

function noteOf({ applied, known, foreign }: AppliedEvents): string {
  return `events of mails: ${applied} applied, ${known} known already, ${foreign} of mails not sent from here`;
}
