import type { Clock } from '../../../core/clock.ts';
import { sleep, systemClock } from '../../../core/clock.ts';
import { AppError, messageOf } from '../../../core/errors.ts';
import type { ServiceOptions, TriggeredEvent, WebhookTarget } from '../../../simulator/contract.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatedService } from '../../../simulator/service.ts';
import { WebhookOutbox } from '../../../simulator/webhook-outbox.ts';
import { checkTarget } from '../../../simulator/webhook-target.ts';
import { stripeEvents } from '../events/index.ts';
import { stripeWebhook } from '../webhook.ts';
import type { Call } from './account.ts';
import { Account } from './account.ts';
import { StripeApiError } from './api-error.ts';
import { exampleEvent, idOf } from './example-event.ts';
import { IdempotencyStore } from './idempotency.ts';
import { createId } from './ids.ts';
import type { StripeEvent } from './objects.ts';
import { isPage, visitPage } from './pages.ts';
import { checkKey, checkVersion, readForm, versionNote } from './request.ts';
import { RequestWork } from './request-work.ts';
import { format, REFUSALS, render, renderError, replay } from './response.ts';
import { findRoute } from './router.ts';
import { ROUTES } from './routes.ts';
import { TRIGGERS, toTriggerError } from './triggers.ts';
import { endpointsOf } from './webhook-endpoints.ts';

export interface StripeSimulatorOptions extends ServiceOptions {
  /** Milliseconds that every request takes to execute; 0 by default. */
  latencyMs?: number | undefined;
}

/**
 * A Stripe account in test mode at the current API version, in memory: https://docs.stripe.com/api. It shares no code with the client
 * side of this provider, so that a wrong fact there shows against it. Throws `not_allowed` for a webhook that is not on loopback.
 */
export function createStripeSimulator(options: StripeSimulatorOptions = {}): SimulatedService {
  return new StripeSimulator(options);
}

class StripeSimulator implements SimulatedService {
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #webhook: WebhookTarget | undefined;
  readonly webhooks: WebhookOutbox;
  readonly eventTypes = [...new Set([...Object.keys(TRIGGERS), ...Object.keys(stripeEvents.types)])];
  readonly #closed = new AbortController();
  #account: Account;
  #idempotency: IdempotencyStore;

  constructor({ clock = systemClock, webhook, latencyMs = 0 }: StripeSimulatorOptions) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#webhook = webhook;
    if (webhook !== undefined) checkTarget(stripeWebhook, webhook);
    this.webhooks = new WebhookOutbox(stripeWebhook, clock, stripeEvents.headers);
    this.#account = new Account(clock);
    this.#idempotency = new IdempotencyStore(clock);
  }

  async handle(request: SimulatedRequest): Promise<SimulatedResponse> {
    // Keys are for POST only: https://docs.stripe.com/api/idempotent_requests
    const idempotencyKey = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    const work = this.#begin({ origin: request.url.origin, idempotencyKey });
    try {
      const response = isPage(request)
        ? work.run((call) => visitPage(call, request))
        : await this.#callApi(work, request);
      work.finish();
      return { ...response, note: versionNote(request.headers) };
    } catch (thrown) {
      if (thrown instanceof StripeApiError) return renderError(thrown, work.call);
      throw thrown;
    }
  }

  refuse(status: number): SimulatedResponse {
    const { message, code, headers } = REFUSALS[status] ?? { message: `The simulator was told to answer ${status}.` };
    const error = new StripeApiError(status, status >= 500 ? 'api_error' : 'invalid_request_error', message, { code });
    const response = renderError(error, { requestId: createId('req', 14), idempotencyKey: undefined });
    return { ...response, headers: { ...response.headers, ...headers } };
  }

  reset(): void {
    this.webhooks.drop();
    this.#account = new Account(this.#clock);
    this.#idempotency = new IdempotencyStore(this.#clock);
  }

  close(): void {
    this.webhooks.drop();
    this.#closed.abort(new Error('The simulator is closed.'));
  }

  /** Throws a `StripeApiError` for what is refused before it executes: nothing of that is kept. */
  async #callApi(work: RequestWork, request: SimulatedRequest): Promise<SimulatedResponse> {
    checkKey(request.headers);
    checkVersion(request.headers);
    const { pathname } = request.url;
    const { route, id } = findRoute(ROUTES, request.method, pathname);
    const form = readForm(request);
    const execute = route.prepare(form, id);
    const { call } = work;
    const { idempotencyKey: key } = call;
    if (key === undefined) return this.#execute(work, execute);
    const keys = this.#idempotency;
    const stored = keys.claim(key, pathname, form);
    if (stored !== undefined) return replay(stored, call);
    try {
      const response = await this.#execute(work, execute);
      keys.complete(key, response);
      return response;
    } catch (thrown) {
      keys.release(key);
      throw thrown;
    }
  }

  /** From here on the answer counts, whatever it is. Rejects only when closed meanwhile. */
  async #execute(work: RequestWork, execute: (call: Call) => object): Promise<SimulatedResponse> {
    const { call } = work;
    if (this.#latencyMs > 0) await sleep(this.#latencyMs, this.#closed.signal);
    try {
      return render(200, work.run(execute), call);
    } catch (thrown) {
      if (thrown instanceof StripeApiError) return renderError(thrown, call);
      return renderError(new StripeApiError(500, 'api_error', `The simulator failed: ${messageOf(thrown)}`), call);
    }
  }

  /** The last event of the type is the one that was asked for: others lead to it. */
  async trigger(type: string, overrides: Readonly<Record<string, unknown>>, origin: string): Promise<TriggeredEvent> {
    const make = Object.hasOwn(TRIGGERS, type) ? TRIGGERS[type] : undefined;
    if (make === undefined) return this.#example(type, overrides);
    const work = this.#begin({ origin, idempotencyKey: undefined });
    const { emitted } = work;
    let objectId: string;
    try {
      objectId = work.run((call) => make(call, overrides));
      work.finish();
    } catch (thrown) {
      throw toTriggerError(type, thrown);
    }
    const event = emitted.findLast((one) => one.type === type);
    if (event !== undefined) return { type, eventId: event.id, objectId: idOf(event) ?? objectId };
    throw new AppError('invalid_input', `With these overrides ${type} did not happen.`, {
      hint: `These events did: ${emitted.map((one) => one.type).join(', ')}.`,
    });
  }

  #example(type: string, overrides: Readonly<Record<string, unknown>>): TriggeredEvent {
    const event = exampleEvent(type, overrides, this.#clock.now());
    if (event === undefined) {
      throw new AppError('invalid_input', `The simulator cannot trigger ${type}.`, {
        hint: `It knows: ${this.eventTypes.join(', ')}.`,
      });
    }
    this.#publish(this.#account, event);
    return { type, eventId: event.id, objectId: idOf(event) };
  }

  #begin(request: Pick<Call, 'origin' | 'idempotencyKey'>): RequestWork {
    const account = this.#account;
    return new RequestWork(account, request, (event) => this.#publish(account, event));
  }

  /** Records the event and sends it to whoever asked for it. */
  #publish(account: Account, event: StripeEvent): void {
    account.addEvent(event);
    const targets = endpointsOf(account, event);
    if (this.#webhook !== undefined) targets.unshift(this.#webhook);
    event.pending_webhooks = targets.length;
    if (targets.length === 0) return;
    const message = { id: event.id, type: event.type, body: Buffer.from(format(event)) };
    for (const target of targets) {
      this.webhooks.send(message, target, () => {
        event.pending_webhooks -= 1;
      });
    }
  }
}
