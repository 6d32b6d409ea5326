import { AppError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { eventMail } from './integrations/event-hooks.ts';
import type { Integrations } from './integrations/integrations.ts';
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
 * Tells a person by mail, where an integration's settings ask for it. Nobody is there to consent, so nothing is sent through a live mail
 * integration. What a repeat cannot mend is logged and left.
 */
export function mailEvents({ mail, integrations, log }: EventMailParts): HookRunner {
  return async ({ workspace, integration, eventId, claim, type, note }: HookNote) => {
    try {
      const configured = await integrations.get(workspace, integration);
      const { from, to } = eventMail.parse(configured.integration.config.settings['on_mail']);
      const message = {
        from,
        to: [to],
        subject: `${type}: ${note}`,
        text: `${note}\n\nEvent ${eventId} of ${integration}.\n`,
      };
      await mail.send(
        message,
        { reference: `event:${claim}` },
        { integration: undefined, confirmToken: undefined, context: unattended(workspace) },
      );
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.retryable) throw thrown;
      const cause =
        thrown instanceof AppError ? thrown.message : 'settings.on_mail {from, to} is missing or not valid.';
      log.warn({ event: eventId, integration, cause }, 'an event was not told by mail');
    }
  };
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
