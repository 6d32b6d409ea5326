import type { StaleNote } from '../integrations/answer.ts';
import type { IntegrationClient } from '../integrations/integration-client.ts';
import type { CallContext } from '../integrations/sender.ts';
import type { PaymentIntent } from '../integrations/stripe/objects.ts';
import { paymentIntent } from '../integrations/stripe/objects.ts';
import { retrieveExpandedIntent, retrievePaymentIntent } from '../integrations/stripe/operations/payments.ts';

export interface FetchedIntent {
  intent: PaymentIntent;
  requestId: string | undefined;
  /** Set when Stripe could not be asked and `intent` is its last answer. */
  stale: StaleNote | undefined;
  /** Objects that were asked for in place of their ids, by field. */
  expanded: Readonly<Record<string, unknown>>;
}

/** @param expand paths of fields, as Stripe takes them; what is expanded is never an earlier answer */
export async function fetchIntent(
  client: IntegrationClient,
  id: string,
  expand: readonly string[],
  context: CallContext,
): Promise<FetchedIntent> {
  if (expand.length === 0) {
    const { data: intent, requestId, stale } = await client.read(retrievePaymentIntent, { id }, context);
    return { intent, requestId, stale, expanded: {} };
  }
  const { data, requestId } = await client.read(retrieveExpandedIntent, { id, expand: [...expand] }, context);
  const intent = paymentIntent.parse(data);
  return { intent, requestId, stale: undefined, expanded: fieldsOf(data, expand) };
}

/** Of `latest_charge.balance_transaction` the whole charge. */
function fieldsOf(answer: unknown, expand: readonly string[]): Record<string, unknown> {
  const fields = new Set(expand.map((path) => path.split('.', 1)[0]));
  return Object.fromEntries(Object.entries(answer as object).filter(([name]) => fields.has(name)));
}
