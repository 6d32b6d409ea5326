import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { defineTool } from '../core/tool.ts';
import type { HttpRequest } from '../integrations/http-client.ts';
import { formatAmount, MAX_AMOUNT_MINOR } from '../integrations/stripe/currencies.ts';
import type { CreatedPayment, PaymentIntentInput, PaymentService } from '../payments/payment-service.ts';
import { declineView, describeDecline } from '../views/decline-view.ts';

const input = z.strictObject({
  amount: z
    .int('must be a whole number of minor units (1050 is 10.50 USD)')
    .positive()
    .max(MAX_AMOUNT_MINOR)
    .describe('Minor units: 1050 is 10.50 USD, 500 is 500 JPY'),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'must be a three-letter ISO code')
    .describe('ISO code, e.g. usd'),
  reference: z.string().min(1).max(200).describe('Your own id of this purchase: the same one never charges twice'),
  customer: z.string().max(255).optional().describe('Customer id, cus_…'),
  payment_method: z.string().max(255).optional().describe('Payment method id, e.g. pm_card_visa in test mode'),
  confirm: z.boolean().optional().describe('true charges at once; needs payment_method'),
  capture_method: z.enum(['automatic', 'automatic_async', 'manual']).optional().describe('manual only authorises'),
  description: z.string().max(1000).optional().describe('For the dashboard and receipts'),
  metadata: z
    .record(z.string().max(40), z.string().max(500))
    .refine((entries) => Object.keys(entries).length <= 48, "at most 48 keys: two of Stripe's 50 are ours")
    .optional()
    .describe('Up to 48 keys of your own'),
  receipt_email: z.email().max(512).optional().describe('Where Stripe sends the receipt'),
  integration: z.string().max(64).optional().describe('Name of the Stripe integration (default: the only one)'),
  idempotency_key: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')
    .optional()
    .describe('Your own key; normally left out, it is derived from the reference'),
  allow_duplicate: z
    .boolean()
    .optional()
    .describe('true permits the arguments of a recent payment under a new reference'),
  dry_run: z.boolean().optional().describe('true shows the exact request and sends nothing'),
  confirm_token: z
    .string()
    .max(4096)
    .optional()
    .describe('Token from a refused live call, when the client cannot ask a person'),
});

const output = z.object({
  payment_intent_id: z.string().optional(),
  client_secret: z.string().nullish(),
  status: z.string(),
  amount: z.int(),
  currency: z.string(),
  amount_display: z.string(),
  reference: z.string(),
  idempotency_key: z.string().optional(),
  replayed: z.boolean(),
  request_id: z.string().optional(),
  attempts: z.int(),
  declined: declineView.optional(),
  warnings: z.array(z.string()),
  request: z
    .object({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() })
    .optional(),
});

type Deps = { payments: PaymentService };

export const createPaymentIntentTool = defineTool({
  name: 'create_payment_intent',
  title: 'Create a Stripe payment intent',
  description:
    'Creates a payment intent at Stripe, exactly once for each reference: a repeat with the same reference and arguments, after an error, ' +
    'in another session or after a crash, gives the same intent with replayed: true; other arguments are a conflict. A declined card is an ' +
    'answer (declined), not a failure. Answers payment_intent_id, client_secret, status, amount, amount_display, idempotency_key, replayed.',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  input,
  output,
  async run(args, { payments }: Deps, context) {
    const call = { integration: args.integration, confirmToken: args.confirm_token, context };
    const intent = toIntentInput(args);
    const { reference, idempotency_key: idempotencyKey, allow_duplicate: allowDuplicate } = args;
    const options = { reference, idempotencyKey, allowDuplicate };
    if (args.dry_run) return describePreview(args, await payments.preview(intent, options, call));
    const created = await payments.create(intent, options, call);
    return describeCreated(created, reference);
  },
});

function toIntentInput(args: z.output<typeof input>): PaymentIntentInput {
  const { amount, customer, payment_method, confirm, capture_method, description, metadata, receipt_email } = args;
  if (confirm && payment_method === undefined) {
    throw new AppError('invalid_input', 'confirm needs payment_method.', {
      hint: 'For instance pm_card_visa in test mode.',
    });
  }
  const optional = { customer, payment_method, confirm, capture_method, description, metadata, receipt_email };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  // Confirmed without a browser: methods that redirect could never be completed.
  const automatic = confirm ? { enabled: true, allow_redirects: 'never' as const } : { enabled: true };
  return { amount, currency: args.currency.toLowerCase(), automatic_payment_methods: automatic, ...given };
}

function describeCreated(created: CreatedPayment, reference: string): z.input<typeof output> {
  const { data: intent, idempotencyKey, replayed, requestId, attempts, warnings } = created;
  return {
    payment_intent_id: intent.id,
    client_secret: intent.client_secret,
    status: intent.status,
    amount: intent.amount,
    currency: intent.currency,
    amount_display: formatAmount(intent.amount, intent.currency),
    reference,
    idempotency_key: idempotencyKey,
    replayed,
    request_id: requestId,
    attempts,
    declined: describeDecline(intent),
    warnings,
  };
}

/** The request as it would be sent, with the key masked. */
function describePreview(
  args: z.output<typeof input>,
  { request, idempotencyKey }: { request: HttpRequest; idempotencyKey: string },
): z.input<typeof output> {
  const currency = args.currency.toLowerCase();
  const headers = { ...request.headers, authorization: 'Bearer [redacted]' };
  return {
    status: 'dry_run',
    amount: args.amount,
    currency,
    amount_display: formatAmount(args.amount, currency),
    reference: args.reference,
    idempotency_key: idempotencyKey,
    replayed: false,
    attempts: 0,
    warnings: ['Nothing was sent.'],
    request: { method: request.method, url: request.url.href, headers, body: request.body ?? '' },
  };
}
