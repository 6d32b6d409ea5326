import type { Sqlite } from '../storage/sqlite.ts';
import type { Payment, PaymentLedger, PaymentObservation } from './payment-ledger.ts';
import { findPayment, listPayments, listRefunds, observePayment, observeRefund } from './payment-rows.ts';
import type { RefundFact } from './refunds.ts';

/** Payments in SQLite; needs `paymentMigrations`. */
export class SqlitePaymentLedger implements PaymentLedger {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  async observe(observation: PaymentObservation): Promise<Payment> {
    const ledger = await this.#sqlite.ledger();
    return ledger.write((sql) => observePayment(sql, observation));
  }

  async get(workspace: string, id: string): Promise<Payment | undefined> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) => findPayment(sql, workspace, id));
  }

  async list(workspace: string, limit: number): Promise<Payment[]> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) => listPayments(sql, workspace, limit));
  }

  async refunds(workspace: string, id: string): Promise<RefundFact[]> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) => listRefunds(sql, workspace, id));
  }

  async observeRefund(workspace: string, fact: RefundFact): Promise<void> {
    const ledger = await this.#sqlite.ledger();
    await ledger.write((sql) => observeRefund(sql, workspace, fact));
  }
}
