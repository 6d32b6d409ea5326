import { silentLog } from '../../src/core/log.ts';
import type { IntegrationConfig } from '../../src/integrations/integration.ts';
import type { HookNote, HookRunner } from '../../src/payments/effects.ts';
import { PaymentEffects } from '../../src/payments/effects.ts';
import { paymentMigrations } from '../../src/payments/payment-migrations.ts';
import { refundedMinor } from '../../src/payments/refunds.ts';
import { SqliteEventLedger } from '../../src/payments/sqlite-event-ledger.ts';
import { SqlitePaymentLedger } from '../../src/payments/sqlite-payment-ledger.ts';
import { SqliteSubscriptionLedger } from '../../src/payments/sqlite-subscription-ledger.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { SHOP } from '../support/stripe-events.ts';
import { stripeIntegration } from '../support/stripe-integration.ts';

export interface EffectsOptions {
  path?: string;
  /** Integrations of Stripe in the workspace; by default one in test mode. */
  configs?: Partial<IntegrationConfig>[];
  memory?: HookRunner;
  mail?: HookRunner;
}

/** Effects on a database, as one process has them. */
export function openEffects({ path = databasePath(), configs = [{}], memory, mail }: EffectsOptions = {}) {
  const sqlite = sqliteAt(path, paymentMigrations);
  const clock = { now: () => 1_900_000_000_000 };
  const events = new SqliteEventLedger(sqlite, clock);
  const payments = new SqlitePaymentLedger(sqlite);
  const subscriptions = new SqliteSubscriptionLedger(sqlite);
  const remembered: HookNote[] = [];
  const reports = configs.map((config, index) =>
    stripeIntegration(config, index === 0 ? 'stripe' : `stripe-${index + 1}`),
  );
  const integrations = { list: async () => ({ reports, broken: [] }) };
  const remember: HookRunner = async (note) => void remembered.push(note);
  const effects = new PaymentEffects({
    events,
    integrations,
    log: silentLog,
    hooks: { memory: memory ?? remember, mail: mail ?? (async () => {}) },
  });
  return {
    path,
    effects,
    events,
    payments,
    subscriptions,
    remembered,
    /** Everything that the ledgers say of one payment, but for what depends on when it was heard of. */
    async stateOf(id: string) {
      const payment = await payments.get(SHOP, id);
      return { payment, refunded: refundedMinor(await payments.refunds(SHOP, id)) };
    },
    async subscriptionOf(id: string) {
      return { subscription: await subscriptions.get(SHOP, id), invoices: await subscriptions.invoices(SHOP, id) };
    },
  };
}
