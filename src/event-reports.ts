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
