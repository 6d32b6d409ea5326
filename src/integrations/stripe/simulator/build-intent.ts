import type { Account } from './account.ts';
import type { PaymentMethod } from './card-objects.ts';
import { createId, randomText } from './ids.ts';
import type { PaymentIntent } from './objects.ts';
import { UNUSED_BY_INTENTS } from './objects.ts';
import type { CreateParameters } from './payment-intent-parameters.ts';
import { buildShipping, mergeMetadata } from './shared-parameters.ts';

export function buildIntent(
  account: Account,
  parameters: CreateParameters,
  method: PaymentMethod | undefined,
): PaymentIntent {
  const id = createId('pi');
  const allowed = parameters.allowed_payment_method_types ?? null;
  // Automatic unless told otherwise: https://docs.stripe.com/changelog/2023-08-16
  const { enabled = true, allow_redirects = 'always' } = parameters.automatic_payment_methods ?? {};
  const isAutomatic = allowed === null && enabled;
  return {
    id,
    object: 'payment_intent',
    ...UNUSED_BY_INTENTS,
    ...echoed(parameters),
    allowed_payment_method_types: allowed,
    amount: parameters.amount,
    amount_capturable: 0,
    amount_received: 0,
    automatic_payment_methods: isAutomatic ? { allow_redirects, enabled } : null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: parameters.capture_method ?? 'automatic_async',
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: parameters.confirmation_method ?? 'automatic',
    created: account.now(),
    currency: parameters.currency,
    last_payment_error: null,
    latest_charge: null,
    metadata: mergeMetadata({}, parameters.metadata),
    next_action: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: isAutomatic ? { id: 'pmc_simulated', parent: null } : null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    status: method === undefined ? 'requires_payment_method' : 'requires_confirmation',
  };
}

/** What comes back as it was given. */
function echoed(parameters: CreateParameters) {
  const { customer = null, description = null, receipt_email = null, setup_future_usage = null } = parameters;
  const {
    shipping,
    statement_descriptor = null,
    statement_descriptor_suffix = null,
    transfer_group = null,
  } = parameters;
  return {
    customer,
    description,
    receipt_email,
    setup_future_usage,
    shipping: shipping === undefined ? null : buildShipping(shipping),
    statement_descriptor,
    statement_descriptor_suffix,
    transfer_group,
  };
}
