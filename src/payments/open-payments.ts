import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { EventHook } from '../integrations/event-hooks.ts';
import type { IntegrationClient } from '../integrations/integration-client.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { RequestLedger } from '../integrations/request-ledger.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { EventEffects } from '../webhooks/effects.ts';
import type { HookRunner } from './effects.ts';
import { PaymentEffects } from './effects.ts';
import { PaymentService } from './payment-service.ts';
import { SqliteEventLedger } from './sqlite-event-ledger.ts';
import { SqlitePaymentLedger } from './sqlite-payment-ledger.ts';
import { SqliteSubscriptionLedger } from './sqlite-subscription-ledger.ts';
import { SubscriptionService } from './subscription-service.ts';

export interface PaymentParts {
  sqlite: Sqlite;
  integrations: Integrations;
  client: IntegrationClient;
  requests: RequestLedger;
  /** What follows an event where the configuration says so. */
  hooks: Readonly<Record<EventHook, HookRunner>>;
  clock: Clock;
  log: Log;
}

export interface Payments {
  payments: PaymentService;
  subscriptions: SubscriptionService;
  /** For the webhook listener. */
  effects: EventEffects;
}

/** Payments and subscriptions on one database. */
export function openPayments(parts: PaymentParts): Payments {
  const { sqlite, integrations, clock } = parts;
  const events = new SqliteEventLedger(sqlite, clock);
  return {
    payments: new PaymentService({ ...parts, payments: new SqlitePaymentLedger(sqlite), events }),
    subscriptions: new SubscriptionService({ ...parts, subscriptions: new SqliteSubscriptionLedger(sqlite), events }),
    effects: new PaymentEffects({ events, integrations, hooks: parts.hooks, log: parts.log }),
  };
}
