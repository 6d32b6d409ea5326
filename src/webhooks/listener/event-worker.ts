import type { Clock } from '../../core/clock.ts';
import { sleep } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { EventEffects } from '../effects.ts';
import type { EventAttempt, EventLog, LoggedEvent } from '../event-log.ts';
import { MAX_RETRY_DELAY_MS } from '../event-log.ts';
import type { Forwarder } from './forward.ts';
import type { Route } from './route.ts';

/** Pauses before the repeats, in milliseconds: an event has failed after one attempt more than there are pauses. */
export const RETRY_DELAYS_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, MAX_RETRY_DELAY_MS];
/** Events under way at once; their bodies are in memory. */
const MAX_IN_FLIGHT = 64;
/** Due times pass without anybody telling. */
const LOOK_EVERY_MS = 500;
/** Between batches, so that under load the disk flushes mostly acknowledgements. What has not ended by then holds nothing up. */
const BATCH_PAUSE_MS = 25;
const CLOSE_PATIENCE_MS = 100;

export interface EventWorkerParts {
  readonly events: EventLog;
  readonly effects: readonly EventEffects[];
  readonly forwarder: Forwarder;
  /** The route by which an event came, as it is now. */
  routeOf(event: LoggedEvent): Route | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly retryDelaysMs?: readonly number[] | undefined;
}

interface Step {
  /** Undefined where there was nothing to do. */
  readonly isDone: boolean | undefined;
}

/**
 * Gives pending events their effects and hands them to the user's handler, at least once each. What is pending lies in the log, so a
 * crash loses nothing: whoever works next goes on.
 */
export class EventWorker {
  readonly #parts: EventWorkerParts;
  readonly #delaysMs: readonly number[];
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #leaving = new AbortController();
  #running: Promise<void> | undefined;
  #wake: () => void = () => {};
  #isWoken = false;

  constructor(parts: EventWorkerParts) {
    this.#parts = parts;
    this.#delaysMs = parts.retryDelaysMs ?? RETRY_DELAYS_MS;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be something to do. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** Hands an event on once, whatever becomes of it: for those that are not verified and wanted all the same. */
  forwardOnce(event: LoggedEvent, target: string): void {
    if (this.#inFlight.size >= MAX_IN_FLIGHT) return;
    this.#track(event, this.#send(event, target));
  }

  /** What is under way gets a moment to end; the rest stays pending. */
  async close(): Promise<void> {
    const ended = Promise.allSettled(this.#inFlight.values());
    await Promise.race([ended, sleep(CLOSE_PATIENCE_MS)]);
    this.#leaving.abort();
    this.wake();
    await Promise.allSettled([...this.#inFlight.values(), this.#running]);
  }

  async #run(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      this.#isWoken = false;
      const started = await this.#startDue().catch((thrown: unknown) => {
        this.#parts.log.warn({ cause: messageOf(thrown) }, 'pending webhooks could not be read');
        return [];
      });
      if (started.length > 0) await sleep(BATCH_PAUSE_MS);
      else if (!this.#isWoken) await this.#woken();
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #startDue(): Promise<Promise<void>[]> {
    const { events, clock } = this.#parts;
    const free = MAX_IN_FLIGHT - this.#inFlight.size;
    if (free <= 0) return [];
    const due = await events.pending(clock.now(), MAX_IN_FLIGHT);
    const fresh = due.filter(({ id }) => !this.#inFlight.has(id)).slice(0, free);
    return fresh.map((event) => this.#track(event, this.#process(event)));
  }

  #track(event: LoggedEvent, work: Promise<unknown>): Promise<void> {
    const tracked = work.then(
      () => {},
      (thrown: unknown) =>
        this.#parts.log.warn({ event: event.id, cause: messageOf(thrown) }, 'webhook event not recorded'),
    );
    this.#inFlight.set(event.id, tracked);
    return tracked.finally(() => {
      this.#inFlight.delete(event.id);
      this.wake();
    });
  }

  async #process(event: LoggedEvent): Promise<void> {
    const { events, clock } = this.#parts;
    const past = await events.attempts(event.workspace, event.id);
    const steps = [await this.#apply(event, past), await this.#forward(event, past)];
    if (this.#leaving.signal.aborted && steps.some(({ isDone }) => isDone === false)) return;
    const { workspace, id } = event;
    if (!steps.some(({ isDone }) => isDone === false)) {
      return events.setStatus(workspace, id, steps.some(({ isDone }) => isDone) ? 'processed' : 'ignored');
    }
    const delayMs = this.#delaysMs[failedRounds(past)];
    if (delayMs === undefined) return events.setStatus(workspace, id, 'failed');
    await events.setStatus(workspace, id, 'pending', clock.now() + delayMs);
  }

  async #apply(event: LoggedEvent, past: readonly EventAttempt[]): Promise<Step> {
    let isDone: boolean | undefined;
    for (const effects of this.#parts.effects) {
      const started = this.#begin();
      const attempt = { kind: 'effects', target: undefined, status: undefined } as const;
      try {
        const { result, note } = await effects.apply(event);
        if (result !== 'ignored') isDone ??= true;
        // Why nothing follows from an event is worth as much as what does; once.
        const isNews =
          result === 'applied' ||
          (result === 'ignored' && note !== undefined && !past.some((known) => known.note === note));
        if (isNews) await this.#record(event, { ...attempt, error: undefined, note }, started);
      } catch (thrown) {
        this.#parts.log.warn({ event: event.id, cause: messageOf(thrown) }, 'effects of a webhook event failed');
        isDone = false;
        await this.#record(event, { ...attempt, error: 'The effects could not be applied.' }, started);
      }
    }
    return { isDone };
  }

  async #forward(event: LoggedEvent, past: readonly EventAttempt[]): Promise<Step> {
    const target = this.#parts.routeOf(event)?.forwardTo;
    if (target === undefined) return { isDone: undefined };
    const isTaken = past.some((attempt) => attempt.kind === 'forward' && attempt.error === undefined);
    return { isDone: isTaken || (await this.#send(event, target)) };
  }

  /** True when the handler took it. */
  async #send(event: LoggedEvent, target: string): Promise<boolean> {
    const { signal } = this.#leaving;
    const started = this.#begin();
    const { status, error } = await this.#parts.forwarder.forward(target, event.rawHeaders, event.body, signal);
    // Given up because the server leaves: that says nothing about the handler.
    if (!(signal.aborted && status === undefined)) {
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

function failedRounds(past: readonly EventAttempt[]): number {
  const failures = (kind: EventAttempt['kind']) =>
    past.filter((attempt) => attempt.kind === kind && attempt.error !== undefined).length;
  return Math.max(failures('effects'), failures('forward'));
}
