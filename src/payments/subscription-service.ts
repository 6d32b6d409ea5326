import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import type { IntegrationClient } from '../integrations/integration-client.ts';
import type { Integrations } from '../integrations/integrations.ts';
import { operation } from '../integrations/operation.ts';
import type { ServiceCall } from '../integrations/service-call.ts';
import { resolveCall } from '../integrations/service-call.ts';
import { compare } from './disagreements.ts';
import type { AppliedEvent, EventLedger } from './event-ledger.ts';
import { toObservation } from './stripe-facts.ts';
import { eventSubscription } from './stripe-objects.ts';
import type { InvoiceFact, Subscription, SubscriptionLedger } from './subscription-ledger.ts';

export interface SubscriptionServiceOptions {
  integrations: Integrations;
  client: IntegrationClient;
  subscriptions: SubscriptionLedger;
  events: Pick<EventLedger, 'about'>;
  clock: Clock;
}

/** What our ledgers know of one subscription. */
export interface SubscriptionLedgerView {
  subscription: Subscription | undefined;
  /** Latest first. */
  invoices: InvoiceFact[];
  events: AppliedEvent[];
}

/** The same operation as that of `read_api`, with the fields that the ledger keeps: https://docs.stripe.com/api/subscriptions/retrieve */
const retrieveSubscription = operation({
  name: 'retrieveSubscription',
  method: 'GET',
  path: '/v1/subscriptions/{id}',
  encoding: 'form',
  repeat: 'safe',
  class: 'read',
  input: z.strictObject({ id: z.string() }),
  output: eventSubscription,
});

/** Subscriptions at Stripe beside what our ledger says. */
export class SubscriptionService {
  readonly #options: SubscriptionServiceOptions;

  constructor(options: SubscriptionServiceOptions) {
    this.#options = options;
  }

  /** The subscription as Stripe has it now; the ledger learns it, and `disagreements` says what it had not known. */
  async retrieve(
    id: string,
    before: Subscription | undefined,
    call: ServiceCall,
  ): Promise<{ seen: Subscription; disagreements: string[] }> {
    const context = await resolveCall(this.#options.integrations, 'stripe', call);
    const { data } = await this.#options.client.read(retrieveSubscription, { id }, context);
    const { workspace, name, config } = context.integration;
    const observedAt = this.#options.clock.now();
    const observation = toObservation(data, { workspace, integration: name, mode: config.mode }, observedAt, 1);
    await this.#options.subscriptions.observe(observation).catch(() => undefined);
    const seen = { ...observation, createdAt: observedAt, updatedAt: observedAt };
    return { seen, disagreements: before === undefined ? [] : differences(seen, before) };
  }

  /** What our ledger knows, without asking Stripe. */
  async ledgerView(workspace: string, id: string): Promise<SubscriptionLedgerView> {
    const { subscriptions, events } = this.#options;
    const [subscription, invoices, applied] = await Promise.all([
      subscriptions.get(workspace, id),
      subscriptions.invoices(workspace, id),
      events.about(workspace, id),
    ]);
    return { subscription, invoices, events: applied };
  }

  /** Last changed first. */
  list(workspace: string, limit: number): Promise<Subscription[]> {
    return this.#options.subscriptions.list(workspace, limit);
  }
}

function differences(theirs: Subscription, ours: Subscription): string[] {
  const names = ['status', 'cancelAtPeriodEnd', 'currentPeriodEnd', 'isCollectionPaused'] as const;
  return compare(names.map((name) => [name, theirs[name], ours[name]]));
}
