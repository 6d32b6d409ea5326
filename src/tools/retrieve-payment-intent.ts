import * as z from 'zod';
import { boundJson } from '../core/bounded-json.ts';
import { defineTool } from '../core/tool.ts';
import type { PaymentService, PaymentView } from '../payments/payment-service.ts';
import { declineView } from '../views/decline-view.ts';
import { describeIntent, describeLedger } from '../views/payment-view.ts';

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
  expanded: z.record(z.string(), z.unknown()).optional(),
  ledger: z.object({
    known: z.boolean(),
    status: z.string().optional(),
    reference: z.string().optional(),
    refunded: z.int(),
    requests: z.array(z.record(z.string(), z.unknown())),
    events: z.array(z.record(z.string(), z.unknown())),
  }),
  disagreements: z.array(z.string()),
});

/** Of the expanded objects, in characters of JSON: the rest of the answer needs room too. */
const MAX_EXPANDED = 20_000;

type Deps = { payments: PaymentService };

export const retrievePaymentIntentTool = defineTool({
  name: 'retrieve_payment_intent',
  title: 'Retrieve a Stripe payment intent',
  description:
    'Fetches a payment intent from Stripe and puts our own ledger beside it: the requests about it, with reference, idempotency key and ' +
    'state, the webhook events received and their effects, what was refunded, and everything on which the two disagree. Use it when a payment is in doubt. stale_ms: Stripe could not be asked, and this is its answer of that many ms ago.',
  effect: 'read',
  idempotent: true,
  openWorld: true,
  input: z.strictObject({
    payment_intent_id: z
      .string()
      .regex(/^pi_[A-Za-z0-9_]{1,250}$/, 'must look like pi_…')
      .describe('Id of the intent, pi_…'),
    expand: z
      .array(z.string().regex(/^[a-z_]+(?:\.[a-z_]+){0,3}$/, 'must be a path of field names'))
      .min(1)
      .max(10)
      .optional()
      .describe('Fields to show whole: latest_charge, customer, payment_method'),
    integration: z.string().max(64).optional().describe('Name of the Stripe integration (default: the only one)'),
  }),
  output,
  async run({ payment_intent_id, integration, expand }, { payments }: Deps, context) {
    const call = { integration, confirmToken: undefined, context };
    const view = await payments.retrieve(payment_intent_id, call, expand);
    return describe(view);
  },
});

function describe(view: PaymentView): z.input<typeof output> {
  const { intent, requestId, stale, expanded, disagreements } = view;
  return {
    ...describeIntent(intent),
    request_id: requestId,
    stale_ms: stale?.ageMs,
    expanded: boundFields(expanded),
    ledger: describeLedger(view),
    disagreements,
  };
}

function boundFields(expanded: PaymentView['expanded']): Record<string, unknown> | undefined {
  const fields = Object.entries(expanded);
  if (fields.length === 0) return undefined;
  return Object.fromEntries(fields.map(([name, value]) => [name, boundJson(value, MAX_EXPANDED / fields.length)]));
}
