import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import { formatAmount } from '../integrations/stripe/currencies.ts';
import type { PaymentService, PaymentView } from '../payments/payment-service.ts';
import { declineView, describeDecline } from '../views/decline-view.ts';

const output = z.object({
  payment_intent_id: z.string(),
  status: z.string(),
  amount: z.int(),
  currency: z.string(),
  amount_display: z.string(),
  customer: z.string().nullish(),
  latest_charge: z.string().nullish(),
  created_at: z.string(),
  declined: declineView.optional(),
  request_id: z.string().optional(),
  stale_ms: z.int().optional(),
  ledger: z.object({
    known: z.boolean(),
    status: z.string().optional(),
    reference: z.string().optional(),
    requests: z.array(
      z.object({
        operation: z.string(),
        reference: z.string(),
        state: z.string(),
        idempotency_key: z.string(),
        request_id: z.string().optional(),
        attempts: z.int(),
        at: z.string(),
      }),
    ),
  }),
  disagreements: z.array(z.string()),
});

type Deps = { payments: PaymentService };

export const retrievePaymentIntentTool = defineTool({
  name: 'retrieve_payment_intent',
  title: 'Retrieve a Stripe payment intent',
  description:
    'Fetches a payment intent from Stripe and puts our own ledger beside it: the requests that made it, with reference, idempotency key and ' +
    'state, and everything on which the two disagree. Use it when a payment is in doubt. stale_ms: Stripe could not be asked, and this is its answer of that many ms ago.',
  effect: 'read',
  idempotent: true,
  openWorld: true,
  input: z.strictObject({
    payment_intent_id: z
      .string()
      .regex(/^pi_[A-Za-z0-9_]{1,250}$/, 'must look like pi_…')
      .describe('Id of the intent, pi_…'),
    integration: z.string().max(64).optional().describe('Name of the Stripe integration (default: the only one)'),
  }),
  output,
  async run({ payment_intent_id, integration }, { payments }: Deps, context) {
    const view = await payments.retrieve(payment_intent_id, { integration, confirmToken: undefined, context });
    return describe(view);
  },
});

function describe({ intent, requestId, stale, payment, requests, disagreements }: PaymentView): z.input<typeof output> {
  return {
    payment_intent_id: intent.id,
    status: intent.status,
    amount: intent.amount,
    currency: intent.currency,
    amount_display: formatAmount(intent.amount, intent.currency),
    customer: intent.customer,
    latest_charge: intent.latest_charge,
    created_at: new Date(intent.created * 1000).toISOString(),
    declined: describeDecline(intent),
    request_id: requestId,
    stale_ms: stale?.ageMs,
    ledger: {
      known: requests.length > 0 || payment?.reference !== undefined,
      status: payment?.status,
      reference: payment?.reference,
      requests: requests.map((request) => ({
        operation: request.operation,
        reference: request.reference,
        state: request.state,
        idempotency_key: request.idempotencyKey,
        request_id: request.requestId ?? undefined,
        attempts: request.attempts,
        at: new Date(request.createdAt).toISOString(),
      })),
    },
    disagreements,
  };
}
