import type { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { ToolContext } from '../core/tool.ts';
import type { WriteOptions } from '../integrations/begin-request.ts';
import type { HttpRequest } from '../integrations/http-client.ts';
import type { Integration } from '../integrations/integration.ts';
import type { Answer, IntegrationClient, StaleNote, WriteAnswer } from '../integrations/integration-client.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { RequestLedger, RequestRecord } from '../integrations/request-ledger.ts';
import type { CallContext } from '../integrations/sender.ts';
import { isKnownCurrency, isThreeDecimal, minimumWarning } from '../integrations/stripe/currencies.ts';
import type { PaymentIntent } from '../integrations/stripe/operations/payments.ts';
import { createPaymentIntent, retrievePaymentIntent } from '../integrations/stripe/operations/payments.ts';
import type { Payment, PaymentLedger } from './payment-ledger.ts';

export type PaymentIntentInput = z.input<typeof createPaymentIntent.input>;

export interface PaymentServiceOptions {
  integrations: Integrations;
  client: IntegrationClient;
  requests: RequestLedger;
  payments: PaymentLedger;
  clock: Clock;
  log: Log;
}

/** Who asks, for which integration of Stripe, and with which consent. */
export interface PaymentCall {
  integration: string | undefined;
  confirmToken: string | undefined;
  context: ToolContext;
}

export interface CreatedPayment extends WriteAnswer<PaymentIntent> {
  warnings: string[];
}

/** Both views of one payment. */
export interface PaymentView {
  intent: PaymentIntent;
  requestId: string | undefined;
  payment: Payment | undefined;
  requests: RequestRecord[];
  /** Set when Stripe could not be asked and `intent` is its last answer. */
  stale: StaleNote | undefined;
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
  async create(input: PaymentIntentInput, options: WriteOptions, call: PaymentCall): Promise<CreatedPayment> {
    checkAmount(input);
    const context = await this.#callContext(call);
    const answer = await this.#options.client.write(createPaymentIntent, input, options, context);
    // A replayed answer shows the intent as it was when it was made.
    const observedAt = answer.replayed ? answer.data.created * 1000 : this.#options.clock.now();
    await this.#observe(context.integration, answer.data, options.reference, observedAt);
    const warning = minimumWarning(input.amount, input.currency);
    return { ...answer, warnings: warning === undefined ? [] : [warning] };
  }

  /** The exact request that `create` would send. */
  async preview(input: PaymentIntentInput, call: PaymentCall): Promise<HttpRequest> {
    checkAmount(input);
    return this.#options.client.preview(createPaymentIntent, input, await this.#callContext(call));
  }

  /** The intent as Stripe has it now, beside what our ledgers say. */
  async retrieve(id: string, call: PaymentCall): Promise<PaymentView> {
    const context = await this.#callContext(call);
    const { workspace } = context.integration;
    const answer: Answer<PaymentIntent> = await this.#options.client.read(retrievePaymentIntent, { id }, context);
    const [known, requests] = await Promise.all([
      this.#options.payments.get(workspace, id),
      this.#options.requests.findByAnswerId(workspace, id),
    ]);
    const { data: intent, requestId, stale } = answer;
    const observedAt = this.#options.clock.now() - (stale?.ageMs ?? 0);
    const disagreements = known === undefined ? [] : compare(intent, known);
    const payment = await this.#observe(context.integration, intent, known?.reference, observedAt);
    return { intent, requestId, stale, payment, requests, disagreements };
  }

  async #callContext({ integration, confirmToken, context }: PaymentCall): Promise<CallContext> {
    const report = await this.#options.integrations.resolve(context.caller.workspace, 'stripe', integration);
    return {
      provider: report.provider,
      integration: report.integration,
      signal: context.signal,
      progress: (message) => context.progress(message),
      confirm: (message, subject) => context.confirm({ message, subject, token: confirmToken }),
    };
  }

  /** The service's answer is worth more than our copy of it: when the copy cannot be written, the answer still arrives. */
  async #observe(
    { workspace, name, config }: Integration,
    intent: PaymentIntent,
    reference: string | undefined,
    observedAt: number,
  ): Promise<Payment | undefined> {
    const observation = {
      workspace,
      id: intent.id,
      integration: name,
      mode: config.mode,
      amountMinor: intent.amount,
      currency: intent.currency,
      status: intent.status,
      reference,
      observedAt,
    };
    return this.#options.payments.observe(observation).catch((thrown: unknown) => {
      this.#options.log.error({ payment: intent.id, cause: messageOf(thrown) }, 'payment ledger not written');
      return undefined;
    });
  }
}

function checkAmount({ amount, currency }: { amount: number; currency: string }): void {
  if (!isKnownCurrency(currency)) {
    throw new AppError('invalid_input', `"${currency}" is not a currency.`, {
      hint: 'Use the three-letter ISO code in lower case, for instance usd.',
    });
  }
  if (isThreeDecimal(currency) && amount % 10 !== 0) {
    throw new AppError('invalid_input', `Amounts in ${currency.toUpperCase()} must end in 0.`, {
      hint: 'The currency has three decimals, of which Stripe takes two: https://docs.stripe.com/currencies#three-decimal.',
    });
  }
}

function compare(intent: PaymentIntent, payment: Payment): string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['amount', intent.amount, payment.amountMinor],
    ['currency', intent.currency, payment.currency],
    ['status', intent.status, payment.status],
  ];
  return pairs
    .filter(([, theirs, ours]) => theirs !== ours)
    .map(([name, theirs, ours]) => `${name}: Stripe says ${String(theirs)}, our ledger last saw ${String(ours)}`);
}
