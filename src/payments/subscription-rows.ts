import * as z from 'zod';
import { MODES } from '../integrations/provider.ts';
import type { Sql } from '../storage/connection.ts';
import type { InvoiceFact, Subscription, SubscriptionObservation } from './subscription-ledger.ts';
import { advanceInvoice, advanceSubscription } from './subscription-ledger.ts';

interface SubscriptionRow {
  workspace: string;
  id: string;
  facts: string;
  created_at: number;
  updated_at: number;
}

/** What the column `facts` holds. */
const storedFacts = z.object({
  integration: z.string(),
  mode: z.enum(MODES),
  status: z.string(),
  customer: z.string().optional(),
  prices: z.array(z.string()),
  currentPeriodEnd: z.number().optional(),
  cancelAtPeriodEnd: z.boolean(),
  cancelAt: z.number().optional(),
  endedAt: z.number().optional(),
  trialEnd: z.number().optional(),
  isCollectionPaused: z.boolean(),
  rank: z.number(),
});

/** Takes an observation in. Synchronous: a part of a transaction. */
export function observeSubscription(sql: Sql, seen: SubscriptionObservation): Subscription {
  const subscription = advanceSubscription(findSubscription(sql, seen.workspace, seen.id), seen);
  const { workspace, id, createdAt, updatedAt, ...facts } = subscription;
  sql.run(
    `INSERT INTO subscription (workspace, id, facts, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (workspace, id) DO UPDATE SET facts = excluded.facts, created_at = excluded.created_at,
       updated_at = excluded.updated_at`,
    [workspace, id, JSON.stringify(facts), createdAt, updatedAt],
  );
  return subscription;
}

export function findSubscription(sql: Sql, workspace: string, id: string): Subscription | undefined {
  const row = sql.get<SubscriptionRow>('SELECT * FROM subscription WHERE workspace = ? AND id = ?', [workspace, id]);
  return row && toSubscription(row);
}

export function listSubscriptions(sql: Sql, workspace: string, limit: number): Subscription[] {
  return sql
    .all<SubscriptionRow>('SELECT * FROM subscription WHERE workspace = ? ORDER BY updated_at DESC, id LIMIT ?', [
      workspace,
      limit,
    ])
    .map(toSubscription);
}

function toSubscription({ workspace, id, facts, created_at, updated_at }: SubscriptionRow): Subscription {
  const { customer, currentPeriodEnd, cancelAt, endedAt, trialEnd, ...rest } = storedFacts.parse(JSON.parse(facts));
  const optional = { customer, currentPeriodEnd, cancelAt, endedAt, trialEnd };
  return { workspace, id, ...rest, ...optional, createdAt: created_at, updatedAt: updated_at };
}

interface InvoiceRow {
  subscription_id: string;
  id: string;
  state: InvoiceFact['state'];
  amount_minor: number;
  currency: string;
  observed_at: number;
}

export function observeInvoice(sql: Sql, workspace: string, seen: InvoiceFact): void {
  const row = sql.get<InvoiceRow>(
    'SELECT * FROM subscription_invoice WHERE workspace = ? AND subscription_id = ? AND id = ?',
    [workspace, seen.subscriptionId, seen.id],
  );
  const { subscriptionId, id, state, amountMinor, currency, observedAt } = advanceInvoice(row && toInvoice(row), seen);
  sql.run(
    `INSERT INTO subscription_invoice (workspace, subscription_id, id, state, amount_minor, currency, observed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (workspace, subscription_id, id) DO UPDATE SET state = excluded.state, amount_minor = excluded.amount_minor,
       currency = excluded.currency, observed_at = excluded.observed_at`,
    [workspace, subscriptionId, id, state, amountMinor, currency, observedAt],
  );
}

export function listInvoices(sql: Sql, workspace: string, subscriptionId: string): InvoiceFact[] {
  return sql
    .all<InvoiceRow>(
      'SELECT * FROM subscription_invoice WHERE workspace = ? AND subscription_id = ? ORDER BY observed_at DESC, id LIMIT 100',
      [workspace, subscriptionId],
    )
    .map(toInvoice);
}

function toInvoice({ subscription_id, id, state, amount_minor, currency, observed_at }: InvoiceRow): InvoiceFact {
  return {
    subscriptionId: subscription_id,
    id,
    state,
    amountMinor: amount_minor,
    currency,
    observedAt: observed_at,
  };
}
