import { sleep } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { EventAttempt, LoggedEvent } from '../event-log.ts';
import { MAX_RETRY_DELAY_MS } from '../event-log.ts';
import type { EventStepParts, Step } from './event-steps.ts';
import { EventSteps } from './event-steps.ts';
import { HandlerSlots } from './handler-slots.ts';
import type { Route } from './route.ts';

/** Pauses before the repeats, in milliseconds: an event has failed after one attempt more than there are pauses. */
export const RETRY_DELAYS_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, MAX_RETRY_DELAY_MS];
/** Events whose effects are under way at once. */
const MAX_APPLYING = 64;
/** Due times pass without anybody telling. */
const LOOK_EVERY_MS = 500;
/** Between batches, so that under load the disk flushes mostly acknowledgements. What has not ended by then holds nothing up. */
const BATCH_PAUSE_MS = 25;
const CLOSE_PATIENCE_MS = 100;

export interface EventWorkerParts extends EventStepParts {
  /** The route by which an event came, as it is now. */
  routeOf(event: LoggedEvent): Route | undefined;
  /** Those whose events are handed on now. */
  workspaces(): readonly string[];
  readonly retryDelaysMs?: readonly number[] | undefined;
}

/**
 * Gives pending events their effects and hands them to the user's handler, at least once each. What is pending lies in the log, so a
 * crash loses nothing: whoever works next goes on.
 */
export class EventWorker {
  readonly #parts: EventWorkerParts;
  readonly #delaysMs: readonly number[];
  readonly #steps: EventSteps;
  readonly #slots = new HandlerSlots();
  #applying = 0;
  /** The workspaces in which nothing was held when they were last looked at. */
  #released = '';
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #leaving = new AbortController();
  #running: Promise<void> | undefined;
  #wake: () => void = () => {};
  #isWoken = false;

  constructor(parts: EventWorkerParts) {
    this.#parts = parts;
    this.#steps = new EventSteps(parts, this.#leaving.signal);
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
    const handler = new URL(target).host;
    if (!this.#slots.take(handler, false)) return;
    this.#track(
      event,
      this.#steps.send(event, target).finally(() => this.#slots.free(handler)),
    );
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
      const hasStarted = await this.#startDue().catch((thrown: unknown) => {
        this.#parts.log.warn({ cause: messageOf(thrown) }, 'pending webhooks could not be read');
        return false;
      });
      if (hasStarted) await sleep(BATCH_PAUSE_MS);
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

  async #startDue(): Promise<boolean> {
    await this.#releaseHeld();
    let started = await this.#startSome(MAX_APPLYING - this.#applying, undefined);
    for (const [handler, room] of this.#slots.openings()) {
      const count = await this.#startSome(room, handler);
      if (count < room) this.#slots.forget(handler);
      started += count;
    }
    return started > 0;
  }

  /** What another process held, or was held in a workspace that did not run, is not known here. */
  async #releaseHeld(): Promise<void> {
    const workspaces = JSON.stringify(this.#parts.workspaces());
    if (workspaces === this.#released) return;
    await this.#parts.events.releaseHeld();
    this.#released = workspaces;
  }

  /** @param handler for which they have waited */
  async #startSome(limit: number, handler: string | undefined): Promise<number> {
    if (limit <= 0) return 0;
    const { events, clock, workspaces } = this.#parts;
    const filter = { workspaces: workspaces(), except: [...this.#inFlight.keys()], heldFor: handler };
    const due = await events.pending(clock.now(), limit, filter);
    for (const event of due) this.#track(event, this.#process(event, handler !== undefined));
    return due.length;
  }

  #track(event: LoggedEvent, work: Promise<unknown>): void {
    const tracked = work.then(
      () => {},
      (thrown: unknown) =>
        this.#parts.log.warn({ event: event.id, cause: messageOf(thrown) }, 'webhook event not recorded'),
    );
    this.#inFlight.set(event.id, tracked);
    tracked.finally(() => {
      this.#inFlight.delete(event.id);
      this.wake();
    });
  }

  /** @param hasWaited for a place at its handler */
  async #process(event: LoggedEvent, hasWaited: boolean): Promise<void> {
    this.#applying += 1;
    const { past, applied } = await this.#steps.apply(event).finally(() => {
      this.#applying -= 1;
      this.wake();
    });
    const target = this.#targetOf(event, past);
    if (target === undefined) return this.#settle(event, past, [applied, this.#taken(past)]);
    const handler = new URL(target).host;
    if (!this.#slots.take(handler, hasWaited)) return this.#parts.events.hold(event.workspace, event.id, handler);
    const isDone = await this.#steps.send(event, target).finally(() => this.#slots.free(handler));
    return this.#settle(event, past, [applied, { isDone }]);
  }

  async #settle(event: LoggedEvent, past: readonly EventAttempt[], steps: readonly Step[]): Promise<void> {
    const { events, clock } = this.#parts;
    if (this.#leaving.signal.aborted && steps.some(({ isDone }) => isDone === false)) return;
    const { workspace, id } = event;
    if (!steps.some(({ isDone }) => isDone === false)) {
      return events.setStatus(workspace, id, steps.some(({ isDone }) => isDone) ? 'processed' : 'ignored');
    }
    const delayMs = this.#delaysMs[failedRounds(past)];
    if (delayMs === undefined) return events.setStatus(workspace, id, 'failed');
    await events.setStatus(workspace, id, 'pending', clock.now() + delayMs);
  }

  /** Where it is still to go; undefined where no handler wants it or one has taken it. */
  #targetOf(event: LoggedEvent, past: readonly EventAttempt[]): string | undefined {
    return this.#taken(past).isDone ? undefined : this.#parts.routeOf(event)?.forwardTo;
  }

  #taken(past: readonly EventAttempt[]): Step {
    return { isDone: past.some(({ kind, error }) => kind === 'forward' && error === undefined) || undefined };
  }
}

function failedRounds(past: readonly EventAttempt[]): number {
  const failures = (kind: EventAttempt['kind']) =>
    past.filter((attempt) => attempt.kind === kind && attempt.error !== undefined).length;
  return Math.max(failures('effects'), failures('forward'));
}
