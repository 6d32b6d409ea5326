import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { sleep } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { askHandler } from '../webhooks/handler-client.ts';
import type { WebhookScheme } from '../webhooks/scheme.ts';
import type { SignedDelivery } from '../webhooks/sign.ts';
import { signWebhook } from '../webhooks/sign.ts';
import type { RecordedDelivery, WebhookTarget } from './contract.ts';
import type { DeliveryFault, FaultScript } from './faults.ts';

/** An event as it goes out. */
export interface WebhookMessage {
  /** Of the event, or of the delivery where events have none. */
  readonly id: string;
  readonly type: string;
  readonly body: Buffer;
}

const RETRY_DELAYS_MS = [200, 1_000, 5_000];
/** A receiver that is down must not let deliveries pile up without end: later ones are dropped. */
const MAX_PENDING = 10_000;
/** Deliveries that are remembered, to be shown and sent again. */
const MAX_RECORDED = 1_000;

const ANSWER_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 8;

type Entry = { -readonly [K in keyof RecordedDelivery]: RecordedDelivery[K] } & {
  readonly message: WebhookMessage;
  readonly target: WebhookTarget;
};

/**
 * Delivers webhooks as providers do: signed anew for each attempt, in the background, repeated with growing pauses until the receiver
 * answers 2xx. Deliveries start in order; a repeat overtakes nothing and waits for nothing.
 */
export class WebhookOutbox {
  readonly #scheme: WebhookScheme;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #clock: Clock;
  #agent = newAgent();
  #faults: Pick<FaultScript, 'takeDelivery'> | undefined;
  #entries: Entry[] = [];
  #dropping = new AbortController();
  #pending = 0;

  /** @param headers of every delivery beside those of the signature, names in lower case */
  constructor(scheme: WebhookScheme, clock: Clock, headers: Readonly<Record<string, string>> = {}) {
    this.#scheme = scheme;
    this.#clock = clock;
    this.#headers = headers;
  }

  /** The last 1,000, oldest first. */
  get deliveries(): readonly RecordedDelivery[] {
    return this.#entries.map(({ message: _message, target: _target, ...record }) => record);
  }

  /** From now on deliveries meet the faults of this script. */
  meet(faults: Pick<FaultScript, 'takeDelivery'>): void {
    this.#faults = faults;
  }

  /** @param onDelivered called once, when the receiver has taken the delivery. */
  send(message: WebhookMessage, target: WebhookTarget, onDelivered?: () => void): void {
    const fault = this.#faults?.takeDelivery(message.type);
    if (fault?.kind === 'webhook_lost') {
      this.#record(message, target).state = 'lost';
      return;
    }
    this.#start(message, target, fault, onDelivered);
    if (fault?.kind === 'webhook_duplicate') this.#start(message, target, undefined);
  }

  /** Delivers an event once more to wherever it went; answers how often. Throws `not_found` when it is not among the last 1,000. */
  resend(id: string): number {
    const found = this.#entries.filter((entry) => entry.id === id);
    if (found.length === 0) {
      throw new AppError('not_found', `No webhook ${id} was sent.`, {
        hint: 'status lists the last deliveries with their ids.',
      });
    }
    const targets = new Map(found.map(({ message, target }) => [target.url, { message, target }]));
    for (const { message, target } of targets.values()) this.#start(message, target, undefined);
    return targets.size;
  }

  /** Drops what is under way and forgets what was sent. */
  drop(): void {
    this.#dropping.abort(new Error('Dropped'));
    this.#dropping = new AbortController();
    this.#agent.destroy();
    this.#agent = newAgent();
    this.#entries = [];
  }

  #start(
    message: WebhookMessage,
    target: WebhookTarget,
    fault: DeliveryFault | undefined,
    onDelivered?: () => void,
  ): void {
    if (this.#pending >= MAX_PENDING) return;
    this.#pending += 1;
    const entry = this.#record(message, target);
    this.#deliver(entry, fault, this.#dropping.signal)
      .then((delivered) => {
        entry.state = delivered ? 'delivered' : 'failed';
        if (delivered) onDelivered?.();
      })
      .catch(() => {
        // Dropped meanwhile: the only way for a delivery to fail before its attempts are used up.
      })
      .finally(() => {
        this.#pending -= 1;
      });
  }

  #record(message: WebhookMessage, target: WebhookTarget): Entry {
    const { id, type } = message;
    const at = this.#clock.now();
    const entry: Entry = {
      id,
      type,
      url: target.url,
      attempts: 0,
      state: 'pending',
      status: undefined,
      at,
      message,
      target,
    };
    this.#entries.push(entry);
    if (this.#entries.length > MAX_RECORDED) this.#entries.shift();
    return entry;
  }

  async #deliver(entry: Entry, fault: DeliveryFault | undefined, signal: AbortSignal): Promise<boolean> {
    const { target } = entry;
    if (fault?.kind === 'webhook_delay') await sleep(fault.ms, signal);
    for (const delayMs of [0, ...(target.retryDelaysMs ?? RETRY_DELAYS_MS)]) {
      // Without a pause there is nothing to wait for, and deliveries that start at once start in order.
      if (delayMs > 0) await sleep(delayMs, signal);
      entry.attempts += 1;
      const signed = this.#sign(entry, fault);
      entry.status = await this.#post(target.url, signed, signal);
      if (entry.status !== undefined && entry.status >= 200 && entry.status < 300) return true;
    }
    return false;
  }

  /** The status; undefined when there is no answer. */
  async #post(target: string, { headers, body }: SignedDelivery, signal: AbortSignal): Promise<number | undefined> {
    const url = new URL(target);
    const all = { 'content-type': 'application/json; charset=utf-8', ...this.#headers, ...headers, ...basicAuth(url) };
    const request = { method: 'POST', url, headers: Object.entries(all).flat(), body } as const;
    const limits = { timeoutMs: ANSWER_TIMEOUT_MS, maxBodyBytes: 0, agent: this.#agent };
    return (await askHandler({ ...request, ...limits }, signal)).status;
  }

  #sign({ message, target }: Entry, fault: DeliveryFault | undefined): SignedDelivery {
    const { id, type, body } = message;
    const { secret, url } = target;
    const timestampMs = this.#clock.now();
    const signed = signWebhook(this.#scheme, { body, secret, timestampMs, url, id, type });
    if (fault?.kind !== 'webhook_bad_signature') return signed;
    // The signature of another body: well formed, and wrong.
    const other = Buffer.from(JSON.stringify({ forged: randomUUID() }));
    const { headers } = signWebhook(this.#scheme, { body: other, secret, timestampMs, url, id, type });
    return { ...signed, headers };
  }
}

function basicAuth({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function newAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
}
