import { sleep } from '../../core/clock.ts';
import { AppError } from '../../core/errors.ts';
import { parseJson } from '../../core/parse-json.ts';
import type { HandlerAnswer } from '../handler-client.ts';
import { askHandler, nothingListens } from '../handler-client.ts';
import type { Effect, HandlerState } from './handler-state.ts';
import { changesBetween, compareEffects, readState } from './handler-state.ts';
import type { Purpose, StateEvidence } from './observation.ts';

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 256 * 1024;
const POLL_MS = 50;
/** A state that stayed the same for so long is at rest. */
const QUIET_MS = 200;
/** So often it has to be seen the same: a busy machine can let all that time pass between two looks. */
const QUIET_LOOKS = 4;
/** How long the first effect may take to show, and all of them. */
const MAX_EFFECT_MS = 2_000;
const MAX_SETTLE_MS = 4_000;
/** Effects of a repeat may take longer than those of the first delivery did. */
const PATIENCE = 2;

/** Watches what a handler shows of its state while deliveries are sent to it. */
export class StateWatch {
  readonly #url: URL;
  readonly #signal: AbortSignal;
  readonly #mask: (text: string) => string;
  /** At rest, as last seen; undefined when it cannot be read any more. */
  #state: HandlerState | undefined;
  #sawEffect = false;
  /** The longest that an effect took to show. */
  #effectMs = 0;
  /** No delivery of those that are waited for was sent before. */
  #sentAt = performance.now();
  readonly #late: string[] = [];
  readonly #changes = new Map<Purpose, readonly string[]>();
  readonly #effects: Effect[] = [];

  /** @param mask hides secrets in what is shown of the state. */
  constructor(url: URL, mask: (text: string) => string, signal: AbortSignal) {
    this.#url = url;
    this.#mask = mask;
    this.#signal = signal;
  }

  /** Throws `invalid_input` when there is no state to be seen or it moves by itself, `unavailable` when nothing listens there. */
  async start(): Promise<void> {
    const answer = await this.#ask();
    if (answer.silence === 'connection_refused') throw nothingListens(this.#url);
    const first = toState(answer);
    await sleep(QUIET_MS, this.#signal);
    this.#state = await this.#read();
    if (first === undefined || this.#state === undefined) {
      throw new AppError('invalid_input', `state_url did not answer 200 with JSON of at most ${MAX_BYTES / 1024} KB.`, {
        hint: 'Let the handler answer a GET there with what it recorded, or leave state_url out. No delivery was sent.',
      });
    }
    this.#sentAt = performance.now();
    const [change] = changesBetween(first, this.#state);
    if (change === undefined) return;
    throw new AppError('invalid_input', 'What state_url shows changes although nothing was sent.', {
      hint: 'Let it answer only with what deliveries change: no counters of requests, no random values. No delivery was sent.',
      details: { change: this.#mask(change).slice(0, 200) },
    });
  }

  /** Call right after an answer: waits for what follows from the deliveries, and keeps what came late. */
  async settle(): Promise<void> {
    const before = this.#state;
    const answered = await this.#read();
    const after = await this.#waitForRest(before, answered);
    this.#state = after;
    if (before === undefined || answered === undefined || after === undefined) return;
    if (changesBetween(before, after).length > 0) this.#sawEffect = true;
    this.#late.push(...changesBetween(answered, after));
  }

  /** Keeps what changed although it should not have. */
  async expectNothing(purpose: Purpose): Promise<void> {
    const before = this.#state;
    if (before === undefined) return;
    await sleep(Math.min(Math.max(QUIET_MS, PATIENCE * this.#effectMs), MAX_SETTLE_MS), this.#signal);
    this.#state = await this.#read();
    this.#sentAt = performance.now();
    if (this.#state !== undefined) this.#changes.set(purpose, changesBetween(before, this.#state));
  }

  /** Keeps what a run left behind, to compare it with that of another. */
  async endRun(ids: Effect['ids']): Promise<void> {
    const before = this.#state;
    this.#state = await this.#waitForRest(before, before);
    if (before !== undefined && this.#state !== undefined) this.#effects.push({ before, after: this.#state, ids });
  }

  evidence(): StateEvidence {
    const show = (lines: readonly string[]) => lines.map(this.#mask);
    return {
      sawEffect: this.#sawEffect,
      late: show(this.#late),
      changes: new Map([...this.#changes].map(([purpose, lines]) => [purpose, show(lines)])),
      orderDifferences: this.#orderDifferences()?.map(this.#mask),
    };
  }

  #orderDifferences(): string[] | undefined {
    const [first, second] = this.#effects;
    if (first === undefined || second === undefined) return undefined;
    if (changesBetween(first.before, first.after).length === 0) return undefined;
    return compareEffects(first, second);
  }

  /** Waits for a change, and then until nothing changes any more. */
  async #waitForRest(
    before: HandlerState | undefined,
    seen: HandlerState | undefined,
  ): Promise<HandlerState | undefined> {
    let state = seen;
    const startedAt = performance.now();
    let changedAt = startedAt;
    let delayMs = 0;
    let looks = 0;
    while (performance.now() - startedAt < MAX_SETTLE_MS) {
      await sleep(POLL_MS, this.#signal);
      const next = await this.#read();
      if (state === undefined || next === undefined || before === undefined) return undefined;
      looks += 1;
      if (changesBetween(state, next).length > 0) {
        looks = 0;
        changedAt = performance.now();
        delayMs = changedAt - this.#sentAt;
      }
      state = next;
      const hasChanged = changesBetween(before, state).length > 0;
      // What took long once may take as long again.
      const patienceMs = hasChanged ? Math.max(QUIET_MS, delayMs) : MAX_EFFECT_MS;
      if (looks >= QUIET_LOOKS && performance.now() - changedAt >= patienceMs) break;
    }
    this.#effectMs = Math.max(this.#effectMs, delayMs);
    this.#sentAt = performance.now();
    return state;
  }

  async #read(): Promise<HandlerState | undefined> {
    return toState(await this.#ask());
  }

  async #ask(): Promise<HandlerAnswer> {
    const limits = { timeoutMs: TIMEOUT_MS, maxBodyBytes: MAX_BYTES };
    const headers = ['Accept', 'application/json'];
    return askHandler({ method: 'GET', url: this.#url, headers, body: Buffer.alloc(0), ...limits }, this.#signal);
  }
}

function toState({ status, body, isCut }: HandlerAnswer): HandlerState | undefined {
  const document = status === 200 && !isCut ? parseJson(body) : undefined;
  return document === undefined ? undefined : readState(document, Date.now());
}
