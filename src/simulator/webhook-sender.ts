import { Agent, request } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { sleep } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { WebhookScheme } from '../webhooks/scheme.ts';
import { signWebhook } from '../webhooks/sign.ts';

/** Where a simulated provider sends its webhooks. */
export interface WebhookTarget {
  /** `http://` on loopback. */
  readonly url: string;
  /** The signing secret itself. */
  readonly secret: string;
  /** Pauses before the repeats of a delivery that was not answered with 2xx, in milliseconds. */
  readonly retryDelaysMs?: readonly number[] | undefined;
}

const RETRY_DELAYS_MS = [200, 1_000, 5_000];
const ANSWER_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 8;
/** A receiver that is down must not let deliveries pile up without end: later ones are dropped. */
const MAX_PENDING = 10_000;

/**
 * Delivers webhooks as providers do: signed anew for each attempt, in the background, repeated with growing pauses until the receiver
 * answers 2xx. Deliveries start in order; a repeat overtakes nothing and waits for nothing.
 */
export class WebhookSender {
  readonly #scheme: WebhookScheme;
  readonly #target: WebhookTarget;
  readonly #url: URL;
  readonly #clock: Clock;
  #agent = newAgent();
  #dropping = new AbortController();
  #pending = 0;

  /** Throws `not_allowed` for a target that is not on loopback, `invalid_input` for a text that is no address or a secret that cannot sign. */
  constructor(scheme: WebhookScheme, target: WebhookTarget, clock: Clock) {
    this.#url = parseTarget(target.url);
    // A secret that cannot sign shows now, not when the first event is due.
    signWebhook(scheme, { body: Buffer.from('{}'), secret: target.secret, timestampMs: 0, url: target.url });
    this.#scheme = scheme;
    this.#target = target;
    this.#clock = clock;
  }

  /** @param onDelivered called once, when the receiver has taken the delivery. */
  send(body: Buffer, onDelivered: () => void): void {
    if (this.#pending >= MAX_PENDING) return;
    this.#pending += 1;
    this.#deliver(body, this.#dropping.signal)
      .then((delivered) => delivered && onDelivered())
      .catch(() => {
        // Dropped meanwhile: the only way for a delivery to fail before its attempts are used up.
      })
      .finally(() => {
        this.#pending -= 1;
      });
  }

  /** Drops what is under way. */
  drop(): void {
    this.#dropping.abort(new Error('Dropped'));
    this.#dropping = new AbortController();
    this.#agent.destroy();
    this.#agent = newAgent();
  }

  async #deliver(body: Buffer, signal: AbortSignal): Promise<boolean> {
    for (const delayMs of [0, ...(this.#target.retryDelaysMs ?? RETRY_DELAYS_MS)]) {
      await sleep(delayMs, signal);
      const status = await this.#post(body, signal).catch(() => undefined);
      if (status !== undefined && status >= 200 && status < 300) return true;
    }
    return false;
  }

  /** Resolves with the status; rejects when there is no answer. */
  #post(body: Buffer, signal: AbortSignal): Promise<number> {
    const { secret, url } = this.#target;
    const signed = signWebhook(this.#scheme, { body, secret, timestampMs: this.#clock.now(), url });
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': signed.body.length,
      ...signed.headers,
    };
    const patience = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const options = { method: 'POST', agent: this.#agent, headers, signal: patience };
    return new Promise((resolve, reject) => {
      const req = request(this.#url, options, (res) => {
        res.resume();
        res.once('error', reject);
        res.once('end', () => resolve(res.statusCode ?? 0));
      });
      req.once('error', reject);
      req.end(signed.body);
    });
  }
}

function newAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
}

function parseTarget(text: string): URL {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'http:') {
    throw new AppError('invalid_input', 'The webhook target is not an http address.', {
      hint: 'Give an address on this machine, for instance http://127.0.0.1:3000/webhooks.',
    });
  }
  // The URL parser has turned every spelling of an IPv4 address into dotted decimals.
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    throw new AppError('not_allowed', `Webhooks are not delivered to ${url.hostname}: it is not on this machine.`, {
      hint: 'Give an address on loopback, for instance http://127.0.0.1:3000/webhooks.',
    });
  }
  return url;
}
