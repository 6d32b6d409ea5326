import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import { formatAmount } from '../integrations/stripe/currencies.ts';
import type { PaymentService } from '../payments/payment-service.ts';

export const refundPayment = defineTool({
  name: 'refund_payment',
  title: 'Refund a Stripe payment',
  description:
    'Gives money back, exactly once for each reference: other arguments are a conflict. Several partial refunds take several references. ' +
    'Answers refund_id, status, amount_display, replayed.',
  effect: 'destroy',
  idempotent: true,
  openWorld: true,
  input: z.strictObject({
    payment_intent_id: z.string().max(255).describe('pi_…'),
    reference: z.string().min(1).max(200).describe('Your own id of this refund'),
    amount: z.int().positive().optional().describe('Minor units (default: all that is left)'),
    reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional().describe('Why'),
    allow_duplicate: z.boolean().optional().describe('true: an equal refund again'),
    integration: z.string().optional().describe('Its name'),
    confirm_token: z.string().optional().describe('From a refused call'),
  }),
  output: z.object({
    refund_id: z.string(),
    status: z.string(),
    amount_display: z.string(),
    idempotency_key: z.string(),
    replayed: z.boolean(),
  }),
  async run(args, { payments }: { payments: PaymentService }, context) {
    const { reference } = args;
    const refund = { paymentId: args.payment_intent_id, amountMinor: args.amount, reason: args.reason };
    const call = { integration: args.integration, confirmToken: args.confirm_token, context };
    const answer = await payments.refund(refund, { reference, allowDuplicate: args.allow_duplicate }, call);
    const { data, idempotencyKey, replayed } = answer;
    return {
      refund_id: data.id,
      status: data.status ?? 'pending',
      amount_display: formatAmount(data.amount, data.currency),
      idempotency_key: idempotencyKey,
      replayed,
    };
  },
});
