import { randomInt } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { readTime } from '../claim.ts';
import { Received } from '../delivery.ts';
import type { EventLog } from '../event-log.ts';
import { askHandler, nothingListens } from '../handler-client.ts';
import { headersOf } from '../raw-headers.ts';
import type { WebhookScheme } from '../scheme.ts';
import type { Fault, ImpossibleFault } from './faults.ts';
import { makeFault } from './faults.ts';
import { FreshIds } from './fresh-ids.ts';
import type { Attempt, Observation, Purpose } from './observation.ts';
import { isAccepted } from './observation.ts';
import type { Order } from './order.ts';
import { arrange } from './order.ts';
import type { Outgoing, ReplayEvent, Signer } from './outgoing.ts';
import { asReceived, signAgain } from './outgoing.ts';
import { StateWatch } from './state-watch.ts';

export interface ReplayInput {
  readonly workspace: string;
  /** As received, oldest first; of one provider. */
  readonly events: readonly ReplayEvent[];
  readonly scheme: WebhookScheme;
  /** Undefined where there is no secret to sign with. */
  readonly signer: Signer | undefined;
  /** Undefined signs only what would be refused for its age. */
  readonly resign: boolean | undefined;
  readonly target: URL;
  /** Shows as JSON what the handler recorded. */
  readonly stateUrl: URL | undefined;
  readonly times: number;
  readonly order: Order;
  readonly seed: number | undefined;
  readonly faults: readonly Fault[];
  readonly answerWithinMs: number;
  /** For everything together; as long as clients wait by default. */
  readonly budgetMs?: number | undefined;
}

export interface ReplayDeps {
  readonly events: Pick<EventLog, 'addAttempt'>;
  readonly clock: Clock;
  /** Hides secrets in foreign text. */
  readonly mask: (text: string) => string;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/** One replay while it runs: what is sent, in which order, and what came of it. */
export class ReplayRun {
  readonly attempts: Attempt[] = [];
  readonly seed: number;
  readonly #input: ReplayInput;
  readonly #deps: ReplayDeps;
  readonly #signal: AbortSignal;
  readonly #progress: (message: string) => void;
  readonly #impossible: ImpossibleFault[] = [];
  readonly #state: StateWatch | undefined;

  constructor(input: ReplayInput, deps: ReplayDeps, signal: AbortSignal, progress: (message: string) => void) {
    this.#input = input;
    this.#deps = deps;
    this.#signal = signal;
    this.#progress = progress;
    this.seed = input.seed ?? randomInt(1_000);
    const { stateUrl } = input;
    this.#state = stateUrl && new StateWatch(stateUrl, deps.mask, signal);
  }

  observation(): Observation {
    const { answerWithinMs, signer } = this.#input;
    return {
      attempts: this.attempts,
      impossible: this.#impossible,
      state: this.#state?.evidence(),
      answerWithinMs,
      secrets: signer === undefined ? [] : [signer.secret],
    };
  }

  async all(): Promise<void> {
    const { events, times, faults, order } = this.#input;
    const deliveries = events.map((event) => this.#prepare(event));
    const inOrder = (round: number) => arrange(deliveries, order, this.seed + round);
    await this.#state?.start();
    for (const delivery of inOrder(0)) await this.#send('first', delivery);
    await this.#state?.settle();
    const rounds = Math.max(times, faults.includes('duplicate') ? 2 : 1);
    for (let round = 1; round < rounds; round += 1) {
      for (const delivery of inOrder(round)) await this.#send('again', delivery);
    }
    await this.#state?.expectNothing('again');
    for (const fault of faults) await this.#tryFault(fault);
    await this.#tryOrder();
  }

  /** As received, or signed where that is asked for or needed. */
  #prepare(event: ReplayEvent): Prepared {
    const { signer, resign } = this.#input;
    const isOld = this.#isTooOld(event);
    const mustSign = event.logId === undefined || (resign ?? (isOld && event.wasGenuine));
    if (mustSign && signer !== undefined) {
      const outgoing = () => signAgain(event, signer, { timestampMs: this.#deps.clock.now() });
      return { event, outgoing, isGenuine: true, wasSigned: true };
    }
    return { event, outgoing: () => asReceived(event), isGenuine: event.wasGenuine && !isOld, wasSigned: false };
  }

  #isTooOld(event: ReplayEvent): boolean {
    const { scheme } = this.#input;
    const toleranceMs = (scheme.timestamp?.toleranceS ?? Number.POSITIVE_INFINITY) * 1000;
    const received = new Received({ headers: headersOf(event.rawHeaders), body: event.body });
    const sentMs = readTime(scheme, received);
    // The handler gets it a moment later.
    return typeof sentMs === 'number' && this.#deps.clock.now() - sentMs > toleranceMs - 1_000;
  }

  async #tryFault(fault: Fault): Promise<void> {
    const { scheme, signer, events } = this.#input;
    const [event] = events;
    if (event === undefined || fault === 'duplicate') return;
    const made = makeFault(fault, { scheme, event, signer, nowMs: this.#deps.clock.now() });
    if ('reason' in made) return void this.#impossible.push(made);
    for (const { kind, outgoing } of made) {
      const isGenuine = fault === 'rolled_secret';
      await this.#send(fault, { event, outgoing: () => outgoing, isGenuine, wasSigned: signer !== undefined }, kind);
    }
    if (fault === 'rolled_secret') await this.#state?.settle();
    else await this.#state?.expectNothing(fault);
  }

  /** The same events about two other things, in order and in the order asked for: both must end alike. */
  async #tryOrder(): Promise<void> {
    const { order, events, signer, scheme } = this.#input;
    if (order === 'as_received' || events.length < 2 || signer === undefined) return;
    if (!this.attempts.some(isAccepted)) return;
    const sendTwins = async (purpose: Purpose, sequence: readonly ReplayEvent[]) => {
      const ids = new FreshIds(
        scheme,
        sequence.map(({ body }) => body),
      );
      for (const event of sequence) {
        const changes = { body: ids.apply(event.body), eventId: event.eventId && ids.rename(event.eventId) };
        const outgoing = () => signAgain(event, signer, { timestampMs: this.#deps.clock.now(), ...changes });
        await this.#send(purpose, { event, outgoing, isGenuine: true, wasSigned: true });
      }
      await this.#state?.endRun(ids.originals);
    };
    await sendTwins('in_order', events);
    await sendTwins('out_of_order', arrange(events, order, this.seed));
  }

  async #send(purpose: Purpose, prepared: Prepared, kind?: string): Promise<void> {
    const { event, outgoing, isGenuine, wasSigned } = prepared;
    const startedAt = this.#deps.clock.now();
    const answer = await askHandler(this.#request(outgoing()), this.#signal);
    if (answer.silence === 'connection_refused' && this.attempts.length === 0) throw nothingListens(this.#input.target);
    const attempt: Attempt = { event, purpose, kind, isGenuine, wasSigned, answer };
    this.attempts.push(attempt);
    this.#progress(`delivery ${this.attempts.length}: ${answer.status ?? answer.silence} in ${answer.tookMs} ms`);
    await this.#record(attempt, startedAt);
  }

  #request({ headers, body, query }: Outgoing) {
    const { target, answerWithinMs } = this.#input;
    const url = new URL(target);
    if (url.search === '') url.search = query;
    return { method: 'POST', url, headers, body, timeoutMs: answerWithinMs, maxBodyBytes: MAX_ANSWER_BYTES } as const;
  }

  async #record({ event, purpose, kind, answer }: Attempt, startedAt: number): Promise<void> {
    if (event.logId === undefined) return;
    const { workspace, target } = this.#input;
    await this.#deps.events.addAttempt(workspace, {
      eventId: event.logId,
      kind: 'replay',
      target: `${target.origin}${target.pathname}`,
      status: answer.status,
      error: answer.silence,
      note: kind === undefined ? purpose : `${purpose}: ${kind}`,
      startedAt,
      tookMs: answer.tookMs,
    });
  }
}

interface Prepared {
  readonly event: ReplayEvent;
  /** Made when it is sent: tolerances are short. */
  readonly outgoing: () => Outgoing;
  readonly isGenuine: boolean;
  readonly wasSigned: boolean;
}
