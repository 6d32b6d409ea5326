import type { Sqlite } from '../storage/sqlite.ts';
import type { InvoiceFact, Subscription, SubscriptionLedger, SubscriptionObservation } from './subscription-ledger.ts';
import { findSubscription, listInvoices, listSubscriptions, observeSubscription } from './subscription-rows.ts';

/** Subscriptions in SQLite; needs `paymentMigrations`. */
export class SqliteSubscriptionLedger implements SubscriptionLedger {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  async observe(observation: SubscriptionObservation): Promise<Subscription> {
    const ledger = await this.#sqlite.ledger();
    return ledger.write((sql) => observeSubscription(sql, observation));
  }

  async get(workspace: string, id: string): Promise<Subscription | undefined> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) => findSubscription(sql, workspace, id));
  }

  async list(workspace: string, limit: number): Promise<Subscription[]> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) => listSubscriptions(sql, workspace, limit));
  }

  async invoices(workspace: string, id: string): Promise<InvoiceFact[]> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) => listInvoices(sql, workspace, id));
  }
}
