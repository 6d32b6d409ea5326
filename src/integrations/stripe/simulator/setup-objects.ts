import type { Constant, Metadata } from './object-parts.ts';
import type { IntentStatus, NextAction, PaymentError } from './objects.ts';

/** Setup intents, as `objects.ts` says. */

export type SetupStatus = Exclude<IntentStatus, 'requires_capture'>;

/** Fields that no simulated setup intent fills. */
export const UNUSED_BY_SETUP_INTENTS = {
  application: null,
  customer_account: null,
  excluded_payment_method_types: null,
  latest_attempt: null,
  livemode: false,
  managed_payments: { enabled: false },
  mandate: null,
  on_behalf_of: null,
  single_use_mandate: null,
} as const;

export interface SetupIntent extends Constant<typeof UNUSED_BY_SETUP_INTENTS> {
  id: string;
  object: 'setup_intent';
  allowed_payment_method_types: string[] | null;
  automatic_payment_methods: { allow_redirects: 'always' | 'never'; enabled: boolean } | null;
  cancellation_reason: string | null;
  client_secret: string;
  created: number;
  customer: string | null;
  description: string | null;
  last_setup_error: PaymentError | null;
  metadata: Metadata;
  next_action: NextAction | null;
  payment_method: string | null;
  payment_method_configuration_details: { id: string; parent: null } | null;
  payment_method_options: Record<string, Record<string, string | null>>;
  payment_method_types: string[];
  status: SetupStatus;
  usage: 'off_session' | 'on_session';
}
