import type { Account, Call } from './account.ts';
import { PaymentFailure } from './api-error.ts';
import { buildEvent } from './events.ts';
import { createId } from './ids.ts';
import type { StripeEvent } from './objects.ts';

/** What one request does: all of it or, when it is refused, nothing. Its events are published when it is done. */
export class RequestWork {
  readonly call: Call;
  /** The events that came of it so far. */
  readonly emitted: StripeEvent[] = [];
  readonly #publish: (event: StripeEvent) => void;
  #deferred: (() => void)[] = [];

  constructor(
    account: Account,
    { origin, idempotencyKey }: Pick<Call, 'origin' | 'idempotencyKey'>,
    publish: (event: StripeEvent) => void,
  ) {
    const requestId = createId('req', 14);
    const request = { id: requestId, idempotency_key: idempotencyKey ?? null };
    this.#publish = publish;
    this.call = {
      account,
      requestId,
      idempotencyKey,
      origin,
      later: (work) => this.#deferred.push(work),
      emit: (type, object, previous) => {
        const data = previous === undefined ? { object } : { object, previous_attributes: previous };
        const event = buildEvent(account, type, data, request);
        this.emitted.push(event);
        if (!account.journal.isOpen) publish(event);
      },
    };
  }

  /** Executes the request. A failed payment was an attempt, which stays; after any other error nothing has happened. */
  run<T>(work: (call: Call) => T): T {
    try {
      return this.call.account.journal.atomically(() => work(this.call), isOutcome);
    } catch (thrown) {
      if (!isOutcome(thrown)) this.#forget();
      throw thrown;
    } finally {
      for (const event of this.emitted) this.#publish(event);
    }
  }

  /** Does what comes after the answer. */
  finish(): void {
    for (const work of this.#deferred) work();
  }

  #forget(): void {
    this.emitted.length = 0;
    this.#deferred = [];
  }
}

function isOutcome(thrown: unknown): boolean {
  return thrown instanceof PaymentFailure;
}
