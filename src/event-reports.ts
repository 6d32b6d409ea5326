import type * as z from 'zod';
import { AppError, messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { eventMail } from './integrations/event-hooks.ts';
import type { Integrations } from './integrations/integrations.ts';
import type { MailMessage } from './mail/mail-message.ts';
import type { MailService } from './mail/mail-service.ts';
import type { MemoryStore } from './memory/memory-store.ts';
import type { HookNote, HookRunner } from './payments/effects.ts';

/**
 * Keeps an event as a memory, where an integration's settings ask for it. The content names the event, so that a second call refreshes
 * the memory of the first one.
 */
export function rememberEvents(memory: MemoryStore): HookRunner {
  return async ({ workspace, integration, eventId, type, subject, note, occurredAt }: HookNote) => {
    await memory.store(
      {
        content: JSON.stringify({
          agent: 'breakwater',
          action: 'webhook_event_applied',
          event: eventId,
          type,
          subject,
          what: note,
          integration,
          occurred: new Date(occurredAt).toISOString(),
        }),
        summary: `${type}: ${note}`,
        contextType: 'information',
        category: 'backend',
        tags: ['webhooks', 'payments', integration],
        importance: 5,
        isGlobal: false,
      },
      { workspace, agent: 'breakwater', sessionId: undefined },
    );
  };
}

/** A mail is given up after this time; its reference makes sure that a later try sends no second one. */
const MAIL_TIMEOUT_MS = 20_000;

export interface EventMailParts {
  mail: Pick<MailService, 'send'>;
  integrations: Pick<Integrations, 'get'>;
  log: Log;
}

/**
 * Tells a person by mail, where an integration's settings ask for it. Nobody is there to consent, so a live mail integration refuses, and
 * one in test mode sends to the service on this machine or to SendGrid's sandbox, which checks the mail and delivers nothing. What
 * became of it is logged; only what a repeat can mend is thrown.
 */
export function mailEvents({ mail, integrations, log }: EventMailParts): HookRunner {
  return async (event: HookNote) => {
    const { workspace, integration, eventId, claim } = event;
    const told = { event: eventId, integration };
    try {
      const { config } = (await integrations.get(workspace, integration)).integration;
      const addresses = eventMail.safeParse(config.settings['on_mail']);
      if (!addresses.success) {
        log.warn({ ...told, cause: 'settings.on_mail {from, to} is missing or not valid.' }, NOT_TOLD);
        return;
      }
      const { accepted } = await mail.send(
        mailOf(event, addresses.data),
        { reference: `event:${claim}` },
        { integration: undefined, confirmToken: undefined, context: unattended(workspace) },
      );
      log.info(told, accepted ? 'an event was told by mail' : 'the mail of an event was checked in the sandbox only');
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.retryable) throw thrown;
      log.warn({ ...told, cause: messageOf(thrown) }, NOT_TOLD);
    }
  };
}

const NOT_TOLD = 'an event was not told by mail';

function mailOf({ type, note, eventId, integration }: HookNote, { from, to }: z.output<typeof eventMail>): MailMessage {
  const text = `${note}\n\nEvent ${eventId} of ${integration}.\n`;
  return { from, to: [to], subject: `${type}: ${note}`, text };
}

/** A call that no client made. */
function unattended(workspace: string) {
  return {
    signal: AbortSignal.timeout(MAIL_TIMEOUT_MS),
    caller: { workspace, agent: 'breakwater', sessionId: undefined },
    progress: () => {},
    confirm: () => Promise.reject(new AppError('not_allowed', 'Nobody is there to consent to a live mail.')),
  };
}
