import type { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { WriteAnswer } from '../integrations/answer.ts';
import type { WriteOptions } from '../integrations/begin-request.ts';
import type { HttpRequest } from '../integrations/http-client.ts';
import type { Integration } from '../integrations/integration.ts';
import type { IntegrationClient } from '../integrations/integration-client.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { RequestLedger, RequestRecord } from '../integrations/request-ledger.ts';
import type { CallContext } from '../integrations/sender.ts';
import type { ServiceCall } from '../integrations/service-call.ts';
import { resolveCall } from '../integrations/service-call.ts';
import { formatAmount, minimumWarning } from '../integrations/stripe/currencies.ts';
import type { PaymentIntent, Refund } from '../integrations/stripe/objects.ts';
import {
  createPaymentIntent,
  createRefund,
  retrievePaymentIntent,
} from '../integrations/stripe/operations/payments.ts';
import { checkAmount } from './amount-rules.ts';
import { observationOf, refundFactOf } from './answers.ts';
import { compare } from './disagreements.ts';
import type { AppliedEvent, EventLedger } from './event-ledger.ts';
import type { FetchedIntent } from './fetch-intent.ts';
import { fetchIntent } from './fetch-intent.ts';
import type { PaymentAction } from './payment-actions.ts';
import { actionReference, planAction } from './payment-actions.ts';
import type { Payment, PaymentLedger } from './payment-ledger.ts';
import { refundedMinor } from './refunds.ts';

export type PaymentIntentInput = z.input<typeof createPaymentIntent.input>;

export interface PaymentServiceOptions {
  integrations: Integrations;
  client: IntegrationClient;
  requests: RequestLedger;
  payments: PaymentLedger;
  events: Pick<EventLedger, 'about'>;
  clock: Clock;
  log: Log;
}

export interface CreatedPayment extends WriteAnswer<PaymentIntent> {
  warnings: string[];
}

export interface RefundInput {
  paymentId: string;
  /** Minor units; undefined for all that is left. */
  amountMinor: number | undefined;
  reason: z.input<typeof createRefund.input>['reason'];
}

/** What our ledgers know of one payment. */
export interface LedgerView {
  payment: Payment | undefined;
  refundedMinor: number;
  requests: RequestRecord[];
  events: AppliedEvent[];
}

/** Both views of one payment. */
export interface PaymentView extends LedgerView, FetchedIntent {
  /** Facts on which the service and our ledger do not agree. */
  disagreements: string[];
}

/** Payments with Stripe: what a shop asks for, on top of operations and ledgers. */
export class PaymentService {
  readonly #options: PaymentServiceOptions;

  constructor(options: PaymentServiceOptions) {
    this.#options = options;
  }

  /** Creates a payment intent exactly once for its reference. A declined card is an answer. */
  async create(input: PaymentIntentInput, options: WriteOptions, call: ServiceCall): Promise<CreatedPayment> {
    checkAmount(input.amount, input.currency);
    const context = await resolveCall(this.#options.integrations, 'stripe', call);
    const about = formatAmount(input.amount, input.currency);
    let isKept = false;
    const keep = (intent: PaymentIntent, replayed: boolean) => {
      isKept = true;
      // A replayed answer shows the intent as it was when it was made.
      const observedAt = replayed ? intent.created * 1000 : this.#options.clock.now();
      return this.#keep(context.integration, intent, options.reference, observedAt);
    };
    const { client } = this.#options;
    const answer = await client.write(createPaymentIntent, input, { ...options, about }, context, keep);
    if (!isKept) await keep(answer.data, answer.replayed);
    const warning = minimumWarning(input.amount, input.currency);
    return { ...answer, warnings: warning === undefined ? [] : [warning] };
  }

  /** The exact request that `create` would send, and its key. */
  async preview(
    input: PaymentIntentInput,
    options: WriteOptions,
    call: ServiceCall,
  ): Promise<{ request: HttpRequest; idempotencyKey: string }> {
    checkAmount(input.amount, input.currency);
    const context = await resolveCall(this.#options.integrations, 'stripe', call);
    return this.#options.client.previewWrite(createPaymentIntent, input, options, context);
  }

  /** Confirms, captures or cancels exactly once for these arguments and this key. A declined card is an answer. */
  async update(
    action: PaymentAction,
    idempotencyKey: string | undefined,
    call: ServiceCall,
  ): Promise<WriteAnswer<PaymentIntent>> {
    const { operation, input } = planAction(action);
    const context = await resolveCall(this.#options.integrations, 'stripe', call);
    const { client, clock } = this.#options;
    // The reference holds intent and arguments: another one is another action on purpose.
    const options = { reference: actionReference(action, idempotencyKey), idempotencyKey, allowDuplicate: true };
    const isKnown = action.action === 'cancel' || (await client.isExecuted(operation, input, options, context));
    const money = isKnown ? {} : await this.#moneyOf(action.id, action.amountMinor, context);
    const answer = await client.write(operation, input, { ...options, ...money }, context);
    if (!answer.replayed) await this.#keep(context.integration, answer.data, undefined, clock.now());
    return answer;
  }

  /** Refunds a payment, or a part of it, exactly once for its reference. */
  async refund(
    { paymentId, amountMinor, reason }: RefundInput,
    options: WriteOptions,
    call: ServiceCall,
  ): Promise<WriteAnswer<Refund>> {
    const context = await resolveCall(this.#options.integrations, 'stripe', call);
    const { client, clock, payments } = this.#options;
    const amount = amountMinor === undefined ? {} : { amount: amountMinor };
    const input = { payment_intent: paymentId, ...amount, ...(reason === undefined ? {} : { reason }) };
    const isKnown = await client.isExecuted(createRefund, input, options, context);
    const money = isKnown ? {} : await this.#moneyOf(paymentId, amountMinor, context);
    const answer = await client.write(createRefund, input, { ...options, ...money }, context);
    const observedAt = answer.replayed ? answer.data.created * 1000 : clock.now();
    const fact = refundFactOf(paymentId, answer.data, observedAt);
    await payments.observeRefund(context.integration.workspace, fact).catch(this.#unwritten(paymentId));
    return answer;
  }

  /** The intent as Stripe has it now, beside what our ledgers say. */
  async retrieve(id: string, call: ServiceCall, expand: readonly string[] = []): Promise<PaymentView> {
    const context = await resolveCall(this.#options.integrations, 'stripe', call);
    const fetched = await fetchIntent(this.#options.client, id, expand, context);
    const { intent, stale } = fetched;
    const known = await this.ledgerView(context.integration.workspace, id);
    const observedAt = this.#options.clock.now() - (stale?.ageMs ?? 0);
    const disagreements = known.payment === undefined ? [] : differences(intent, known.payment);
    const payment = await this.#keep(context.integration, intent, known.payment?.reference, observedAt);
    return { ...known, ...fetched, payment, disagreements };
  }

  /** What our ledgers know, without asking Stripe. */
  async ledgerView(workspace: string, id: string): Promise<LedgerView> {
    const { payments, requests, events } = this.#options;
    const [payment, refunds, made, applied] = await Promise.all([
      payments.get(workspace, id),
      payments.refunds(workspace, id),
      requests.findAbout(workspace, id),
      events.about(workspace, id),
    ]);
    return { payment, refundedMinor: refundedMinor(refunds), requests: made, events: applied };
  }

  /** Last changed first. */
  list(workspace: string, limit: number): Promise<Payment[]> {
    return this.#options.payments.list(workspace, limit);
  }

  /** Asks for the intent, so that caps and consent know the money, and refuses what its currency does not allow. */
  async #moneyOf(id: string, amountMinor: number | undefined, context: CallContext) {
    const { data: intent, stale } = await this.#options.client.lookUp(retrievePaymentIntent, { id }, context);
    if (stale !== undefined) {
      throw new AppError('unavailable', 'Stripe cannot be asked about this payment now. Nothing was sent.', {
        hint: 'Check breaker_status and call again with the same arguments.',
      });
    }
    if (amountMinor !== undefined) checkAmount(amountMinor, intent.currency);
    const amount = amountMinor ?? intent.amount;
    return { amountMinor: amount, about: formatAmount(amount, intent.currency) };
  }

  /** The service's answer is worth more than our copy of it: when the copy cannot be written, the answer still arrives. */
  async #keep(
    integration: Integration,
    intent: PaymentIntent,
    reference: string | undefined,
    observedAt: number,
  ): Promise<Payment | undefined> {
    const observation = observationOf(integration, intent, reference, observedAt);
    return this.#options.payments.observe(observation).catch(this.#unwritten(intent.id));
  }

  #unwritten(payment: string): (thrown: unknown) => undefined {
    return (thrown) => {
      this.#options.log.error({ payment, cause: messageOf(thrown) }, 'payment ledger not written');
    };
  }
}

function differences(theirs: PaymentIntent, ours: Payment): string[] {
  return compare([
    ['amount', theirs.amount, ours.amountMinor],
    ['currency', theirs.currency, ours.currency],
    ['status', theirs.status, ours.status],
  ]);
}
