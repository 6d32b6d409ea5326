import { hash } from 'node:crypto';
import type { RequestRecord } from './request-ledger.ts';

/** A row of the table `request`. */
export interface RequestRow {
  id: number;
  workspace: string;
  integration: string;
  mode: 'test' | 'live';
  operation: string;
  reference: string;
  target: string | null;
  arguments: string;
  arguments_hash: string;
  idempotency_key: string;
  round: number;
  state: RequestRecord['state'];
  answer: string | null;
  error: string | null;
  request_id: string | null;
  attempts: number;
  owner: string | null;
  lease_until: number | null;
  created_at: number;
  updated_at: number;
}

export function toRecord(row: RequestRow): RequestRecord {
  return {
    id: row.id,
    workspace: row.workspace,
    integration: row.integration,
    mode: row.mode,
    operation: row.operation,
    reference: row.reference,
    arguments: JSON.parse(row.arguments) as Record<string, unknown>,
    idempotencyKey: row.idempotency_key,
    state: row.state,
    answer: parseAnswer(row.answer),
    error: row.error,
    requestId: row.request_id,
    attempts: row.attempts,
    leaseUntil: row.lease_until,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function parseAnswer(json: string | null): unknown {
  return json === null ? undefined : JSON.parse(json);
}

/** The id of the object that an answer is about. */
export function answerId(answer: unknown): string | null {
  const id = (answer as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : null;
}

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** JSON with sorted keys and without undefined: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      inner !== null && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'null'
  );
}
