import type { Mode } from '../integrations/provider.ts';
import type { Sql } from '../storage/connection.ts';
import type { Payment, PaymentObservation } from './payment-ledger.ts';
import { advance } from './payment-ledger.ts';
import type { RefundFact } from './refunds.ts';
import { advanceRefund } from './refunds.ts';

interface PaymentRow {
  workspace: string;
  id: string;
  integration: string;
  mode: Mode;
  amount_minor: number;
  currency: string;
  status: string;
  decline_code: string | null;
  reference: string | null;
  created_at: number;
  updated_at: number;
}

/** Takes an observation in. Synchronous: a part of a transaction. */
export function observePayment(sql: Sql, observation: PaymentObservation): Payment {
  const payment = advance(findPayment(sql, observation.workspace, observation.id), observation);
  savePayment(sql, payment);
  return payment;
}

export function findPayment(sql: Sql, workspace: string, id: string): Payment | undefined {
  const row = sql.get<PaymentRow>('SELECT * FROM payment WHERE workspace = ? AND id = ?', [workspace, id]);
  return row && toPayment(row);
}

export function listPayments(sql: Sql, workspace: string, limit: number): Payment[] {
  return sql
    .all<PaymentRow>('SELECT * FROM payment WHERE workspace = ? ORDER BY updated_at DESC, id LIMIT ?', [
      workspace,
      limit,
    ])
    .map(toPayment);
}

function toPayment(row: PaymentRow): Payment {
  const { amount_minor, created_at, updated_at, reference, decline_code, ...rest } = row;
  return {
    ...rest,
    reference: reference ?? undefined,
    declineCode: decline_code ?? undefined,
    amountMinor: amount_minor,
    createdAt: created_at,
    updatedAt: updated_at,
  };
}

function savePayment(sql: Sql, payment: Payment): void {
  const { reference, declineCode, ...rest } = payment;
  sql.run(
    `INSERT INTO payment (workspace, id, integration, mode, amount_minor, currency, status, decline_code, reference, created_at,
       updated_at)
     VALUES (:workspace, :id, :integration, :mode, :amountMinor, :currency, :status, :declineCode, :reference, :createdAt, :updatedAt)
     ON CONFLICT (workspace, id) DO UPDATE SET integration = excluded.integration, mode = excluded.mode,
       amount_minor = excluded.amount_minor, currency = excluded.currency, status = excluded.status,
       decline_code = excluded.decline_code, reference = excluded.reference, created_at = excluded.created_at,
       updated_at = excluded.updated_at`,
    { ...rest, reference: reference ?? null, declineCode: declineCode ?? null },
  );
}

interface RefundRow {
  payment_id: string;
  id: string;
  kind: RefundFact['kind'];
  amount_minor: number;
  currency: string;
  status: string;
  observed_at: number;
}

export function observeRefund(sql: Sql, workspace: string, seen: RefundFact): void {
  const row = sql.get<RefundRow>('SELECT * FROM refund_fact WHERE workspace = ? AND payment_id = ? AND id = ?', [
    workspace,
    seen.paymentId,
    seen.id,
  ]);
  const { paymentId, id, kind, amountMinor, currency, status, observedAt } = advanceRefund(row && toRefund(row), seen);
  sql.run(
    `INSERT INTO refund_fact (workspace, payment_id, id, kind, amount_minor, currency, status, observed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (workspace, payment_id, id) DO UPDATE SET amount_minor = excluded.amount_minor, currency = excluded.currency,
       status = excluded.status, observed_at = excluded.observed_at`,
    [workspace, paymentId, id, kind, amountMinor, currency, status, observedAt],
  );
}

export function listRefunds(sql: Sql, workspace: string, paymentId: string): RefundFact[] {
  return sql
    .all<RefundRow>('SELECT * FROM refund_fact WHERE workspace = ? AND payment_id = ? ORDER BY observed_at, id', [
      workspace,
      paymentId,
    ])
    .map(toRefund);
}

function toRefund(row: RefundRow): RefundFact {
  const { payment_id, id, kind, amount_minor, currency, status, observed_at } = row;
  return {
    paymentId: payment_id,
    id,
    kind,
    amountMinor: amount_minor,
    currency,
    status,
    observedAt: observed_at,
  };
}
