import { AppError } from '../core/errors.ts';
import type { Resource } from '../core/resource.ts';
import type { LedgerView, PaymentService } from '../payments/payment-service.ts';
import { describeIntent, describeLedger, paymentTitle } from '../views/payment-view.ts';
import { readContext, unlessUnavailable } from './read-context.ts';

const LISTED = 25;

export const paymentResource: Resource<{ payments: PaymentService }> = {
  name: 'payment',
  title: 'Payment',
  description: 'One payment as Stripe has it and as our ledger has it: requests, events, refunds, and what disagrees',
  uriTemplate: 'payment://{id}',
  async list({ payments }, { workspace }) {
    const known = await payments.list(workspace, LISTED);
    return known.map((payment) => ({
      uri: `payment://${encodeURIComponent(payment.id)}`,
      name: payment.id,
      title: paymentTitle(payment),
      ...(payment.reference === undefined ? {} : { description: `Reference ${payment.reference}` }),
    }));
  },
  async version(id, { payments }, { workspace }) {
    const view = await payments.ledgerView(workspace, id);
    return isKnown(view) ? JSON.stringify(describeLedger(view)) : '';
  },
  async read(id, { payments }, caller) {
    const view = await payments.ledgerView(caller.workspace, id);
    if (!isKnown(view)) {
      throw new AppError('not_found', 'No payment of that id was made or heard of here.', {
        hint: 'retrieve_payment_intent asks Stripe for any payment.',
      });
    }
    const call = { integration: view.payment?.integration, confirmToken: undefined, context: readContext(caller) };
    const stripe = await unlessUnavailable(
      payments.retrieve(id, call).then(({ intent, disagreements, stale }) => ({
        ...describeIntent(intent),
        disagreements,
        stale_ms: stale?.ageMs,
      })),
    );
    return { stripe, ledger: describeLedger(view) };
  },
};

function isKnown({ payment, requests, events }: LedgerView): boolean {
  return payment !== undefined || requests.length > 0 || events.length > 0;
}
