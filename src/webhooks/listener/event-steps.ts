import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { EventEffects } from '../effects.ts';
import type { EventAttempt, EventLog, LoggedEvent } from '../event-log.ts';
import type { Forwarder } from './forward.ts';

export interface EventStepParts {
  readonly events: EventLog;
  readonly effects: readonly EventEffects[];
  readonly forwarder: Forwarder;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Step {
  /** Undefined where there was nothing to do. */
  readonly isDone: boolean | undefined;
}

/** What is done with one event, each time kept as an attempt. */
export class EventSteps {
  readonly #parts: EventStepParts;
  readonly #leaving: AbortSignal;

  /** @param leaving aborts what is under way */
  constructor(parts: EventStepParts, leaving: AbortSignal) {
    this.#parts = parts;
    this.#leaving = leaving;
  }

  /** Gives the event its effects, also those that it had before: each of them knows. */
  async apply(event: LoggedEvent): Promise<{ past: readonly EventAttempt[]; applied: Step }> {
    const past = await this.#parts.events.attempts(event.workspace, event.id);
    let isDone: boolean | undefined;
    for (const effects of this.#parts.effects) {
      const started = this.#begin();
      const attempt = { kind: 'effects', target: undefined, status: undefined } as const;
      try {
        const { result, note, unfinished } = await effects.apply(event);
        if (unfinished !== undefined) isDone = false;
        else if (result !== 'ignored') isDone ??= true;
        // Why nothing follows from an event is worth as much as what does; once.
        const isNews =
          result === 'applied' ||
          unfinished !== undefined ||
          (result === 'ignored' && note !== undefined && !past.some((known) => known.note === note));
        if (isNews) await this.#record(event, { ...attempt, error: unfinished, note }, started);
      } catch (thrown) {
        this.#parts.log.warn({ event: event.id, cause: messageOf(thrown) }, 'effects of a webhook event failed');
        isDone = false;
        await this.#record(event, { ...attempt, error: 'The effects could not be applied.' }, started);
      }
    }
    return { past, applied: { isDone } };
  }

  /** True when the handler took it. */
  async send(event: LoggedEvent, target: string): Promise<boolean> {
    const { rawHeaders, body } = event;
    const started = this.#begin();
    const { status, error } = await this.#parts.forwarder.forward(target, rawHeaders, body, this.#leaving);
    // Given up because the server leaves: that says nothing about the handler.
    if (!(this.#leaving.aborted && status === undefined)) {
      await this.#record(event, { kind: 'forward', target, status, error }, started);
    }
    return error === undefined;
  }

  #begin(): { at: number; ticks: number } {
    return { at: this.#parts.clock.now(), ticks: performance.now() };
  }

  #record(
    event: LoggedEvent,
    attempt: Omit<EventAttempt, 'eventId' | 'startedAt' | 'tookMs'>,
    started: { at: number; ticks: number },
  ): Promise<void> {
    const tookMs = Math.round((performance.now() - started.ticks) * 10) / 10;
    return this.#parts.events.addAttempt(event.workspace, {
      ...attempt,
      eventId: event.id,
      startedAt: started.at,
      tookMs,
    });
  }
}
