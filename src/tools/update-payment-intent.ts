import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import { formatAmount } from '../integrations/stripe/currencies.ts';
import { PAYMENT_ACTIONS } from '../payments/payment-actions.ts';
import type { PaymentService } from '../payments/payment-service.ts';
import { describeDecline } from '../views/decline-view.ts';

/** Checked here rather than in the schema, which every client pays for whenever the tools are listed. */
const idempotencyKey = z
  .string()
  .refine((key) => /^[\x21-\x7e]{1,255}$/.test(key), '1 to 255 printable ASCII characters');

export const updatePaymentIntent = defineTool({
  name: 'update_payment_intent',
  title: 'Update a payment intent',
  description:
    'Confirms (charges), captures or cancels, exactly once for the same arguments. After a decline, a new idempotency_key tries again. ' +
    'Answers status, declined, replayed.',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  input: z.strictObject({
    payment_intent_id: z.string().max(255).describe('pi_…'),
    action: z.enum(PAYMENT_ACTIONS).describe('What to do'),
    amount: z.int().positive().optional().describe('capture: minor units'),
    payment_method: z.string().optional().describe('confirm: pm_…'),
    return_url: z.string().optional().describe('confirm: after a redirect'),
    integration: z.string().optional().describe('Its name'),
    idempotency_key: idempotencyKey.optional().describe('Own key'),
    confirm_token: z.string().optional().describe('From a refused call'),
  }),
  output: z.object({
    status: z.string(),
    amount_display: z.string(),
    idempotency_key: z.string(),
    replayed: z.boolean(),
    declined: z.record(z.string(), z.unknown()).optional(),
  }),
  async run(args, { payments }: { payments: PaymentService }, context) {
    const action = {
      id: args.payment_intent_id,
      action: args.action,
      amountMinor: args.amount,
      paymentMethod: args.payment_method,
      returnUrl: args.return_url,
    };
    const call = { integration: args.integration, confirmToken: args.confirm_token, context };
    const { data: intent, idempotencyKey: key, replayed } = await payments.update(action, args.idempotency_key, call);
    return {
      status: intent.status,
      amount_display: formatAmount(intent.amount, intent.currency),
      idempotency_key: key,
      replayed,
      declined: describeDecline(intent),
    };
  },
});
