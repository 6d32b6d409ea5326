import { hash } from 'node:crypto';
import type { Sql } from '../storage/connection.ts';
import type { RequestPlan, RequestRecord, RequestScope } from './request-ledger.ts';

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
  return JSON.stringify(value, sortKeys) ?? 'null';
}

function sortKeys(_key: string, inner: unknown): unknown {
  if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
  const entries = Object.entries(inner);
  return entries.length < 2 ? inner : Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function nextRound({ error, round }: RequestRow): number {
  // The service holds the key for another request: with the arguments of that one, the same key still finds its answer.
  return error === 'conflict' ? round : round + 1;
}

export function findScope(sql: Sql, scope: RequestScope): RequestRow | undefined {
  return sql.get<RequestRow>(
    'SELECT * FROM request WHERE workspace = ? AND integration = ? AND mode = ? AND operation = ? AND reference = ?',
    [scope.workspace, scope.integration, scope.mode, scope.operation, scope.reference],
  );
}

/** The same scope and round give the same key on every machine and after any loss of state. */
export function keyFor(plan: RequestPlan, round: number): string {
  if (plan.idempotencyKey !== undefined) return plan.idempotencyKey;
  const { workspace, integration, mode, operation, reference } = plan;
  return `bw-${sha256(canonicalJson([workspace, integration, mode, operation, reference, round])).slice(0, 40)}`;
}
