import type { Clock } from '../../../core/clock.ts';
import { sleep, systemClock } from '../../../core/clock.ts';
import { messageOf } from '../../../core/errors.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatedService } from '../../../simulator/service.ts';
import type { WebhookTarget } from '../../../simulator/webhook-sender.ts';
import { WebhookSender } from '../../../simulator/webhook-sender.ts';
import { stripeWebhook } from '../webhook.ts';
import type { Call } from './account.ts';
import { Account } from './account.ts';
import { StripeApiError } from './api-error.ts';
import { isAuthenticationPage, visitAuthenticationPage } from './authentication.ts';
import { customerRoutes } from './customers.ts';
import { API_VERSION, buildEvent, eventRoutes } from './events.ts';
import { IdempotencyStore } from './idempotency.ts';
import { createId } from './ids.ts';
import { paymentIntentRoutes } from './payment-intents.ts';
import { recordRoutes } from './records.ts';
import { refundRoutes } from './refunds.ts';
import { checkKey, checkVersion, readForm } from './request.ts';
import { findRoute } from './router.ts';

export interface StripeSimulatorOptions {
  /** Decides `created`, the age of idempotency keys and the timestamps of signatures. */
  clock?: Clock | undefined;
  /** Where events go, signed. Without it they can only be read at `/v1/events`. */
  webhook?: WebhookTarget | undefined;
  /** Milliseconds that every request takes to execute; 0 by default. */
  latencyMs?: number | undefined;
}

const ROUTES = [...paymentIntentRoutes, ...customerRoutes, ...refundRoutes, ...recordRoutes, ...eventRoutes];

const REFUSALS: Readonly<Record<number, { message: string; code?: string; headers?: Record<string, string> }>> = {
  429: {
    message: 'Request rate limit exceeded.',
    code: 'rate_limit',
    headers: { 'stripe-rate-limited-reason': 'global-rate' },
  },
};

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
  readonly #sender: WebhookSender | undefined;
  readonly #closed = new AbortController();
  #account: Account;
  #idempotency: IdempotencyStore;

  constructor({ clock = systemClock, webhook, latencyMs = 0 }: StripeSimulatorOptions) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#sender = webhook === undefined ? undefined : new WebhookSender(stripeWebhook, webhook, clock);
    this.#account = new Account(clock);
    this.#idempotency = new IdempotencyStore(clock);
  }

  async handle(request: SimulatedRequest): Promise<SimulatedResponse> {
    const deferred: (() => void)[] = [];
    const call = this.#call(request, deferred);
    try {
      const isPage = isAuthenticationPage(request);
      const response = isPage ? visitAuthenticationPage(call, request) : await this.#callApi(call, request);
      for (const work of deferred) work();
      return response;
    } catch (thrown) {
      if (thrown instanceof StripeApiError) return renderError(thrown, call);
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
    this.#sender?.drop();
    this.#account = new Account(this.#clock);
    this.#idempotency = new IdempotencyStore(this.#clock);
  }

  close(): void {
    this.#sender?.drop();
    this.#closed.abort(new Error('The simulator is closed.'));
  }

  /** Throws a `StripeApiError` for what is refused before it executes: nothing of that is kept. */
  async #callApi(call: Call, request: SimulatedRequest): Promise<SimulatedResponse> {
    checkKey(request.headers);
    checkVersion(request.headers);
    const { pathname } = request.url;
    const { route, id } = findRoute(ROUTES, request.method, pathname);
    const form = readForm(request);
    const execute = route.prepare(form, id);
    const { idempotencyKey: key } = call;
    if (key === undefined) return this.#execute(call, execute);
    const keys = this.#idempotency;
    const stored = keys.claim(key, pathname, form);
    if (stored !== undefined) return replay(stored, call);
    try {
      const response = await this.#execute(call, execute);
      keys.complete(key, response);
      return response;
    } catch (thrown) {
      keys.release(key);
      throw thrown;
    }
  }

  /** From here on the answer counts, whatever it is. Rejects only when closed meanwhile. */
  async #execute(call: Call, execute: (call: Call) => object): Promise<SimulatedResponse> {
    if (this.#latencyMs > 0) await sleep(this.#latencyMs, this.#closed.signal);
    try {
      return render(200, execute(call), call);
    } catch (thrown) {
      if (thrown instanceof StripeApiError) return renderError(thrown, call);
      return renderError(new StripeApiError(500, 'api_error', `The simulator failed: ${messageOf(thrown)}`), call);
    }
  }

  #call(request: SimulatedRequest, deferred: (() => void)[]): Call {
    const account = this.#account;
    const sender = this.#sender;
    const requestId = createId('req', 14);
    // Keys are for POST only: https://docs.stripe.com/api/idempotent_requests
    const idempotencyKey = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    return {
      account,
      requestId,
      idempotencyKey,
      origin: request.url.origin,
      later(work) {
        deferred.push(work);
      },
      emit(type, object, previous) {
        const data = previous === undefined ? { object } : { object, previous_attributes: previous };
        const event = buildEvent(account, type, data, { id: requestId, idempotency_key: idempotencyKey ?? null });
        account.addEvent(event);
        if (sender === undefined) return;
        event.pending_webhooks = 1;
        sender.send(Buffer.from(format(event)), () => {
          event.pending_webhooks = 0;
        });
      },
    };
  }
}

type Origin = Pick<Call, 'requestId' | 'idempotencyKey'>;

function render(status: number, body: object, { requestId, idempotencyKey }: Origin): SimulatedResponse {
  const headers = { 'content-type': 'application/json', 'request-id': requestId, 'stripe-version': API_VERSION };
  const keyed =
    idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey, 'original-request': requestId };
  return { status, headers: { ...headers, ...keyed }, body: format(body) };
}

function renderError(error: StripeApiError, origin: Origin): SimulatedResponse {
  return render(error.status, error.toBody(origin.requestId), origin);
}

/** The first answer again; `original-request` keeps naming the request that executed. */
function replay(stored: SimulatedResponse, { requestId }: Origin): SimulatedResponse {
  return { ...stored, headers: { ...stored.headers, 'request-id': requestId, 'idempotent-replayed': 'true' } };
}

/** Stripe indents answers and webhooks alike: a receiver that parses and serialises again loses the signed bytes. */
function format(value: object): string {
  return JSON.stringify(value, null, 2);
}
