import type { Sql } from '../storage/connection.ts';
import type { RequestEnd, RequestRecord } from './request-ledger.ts';
import { answerId, canonicalJson, sha256 } from './request-row.ts';

const SCOPE = 'workspace = :workspace AND integration = :integration AND mode = :mode AND operation = :operation';

/**
 * Writes how a request ended. Its row is found by what it is for and its key, not by its number: the file may have been replaced since.
 * What was executed is entered anew where the row is gone.
 */
export function recordEnd(sql: Sql, record: RequestRecord, end: RequestEnd, now: number): void {
  const { workspace, integration, mode, operation, reference, idempotencyKey, leaseUntil } = record;
  const scope = { workspace, integration, mode, operation, reference };
  const outcome = {
    state: end.state,
    answer: end.answer === undefined ? null : JSON.stringify(end.answer),
    answerId: answerId(end.answer),
    error: end.error ?? null,
    requestId: end.requestId ?? null,
    attempts: end.attempts,
    now,
  };
  const changed = sql.run(
    `UPDATE request SET state = :state, answer = :answer, answer_id = :answerId, error = :error,
       request_id = coalesce(:requestId, request_id), attempts = attempts + :attempts, owner = NULL, lease_until = NULL, updated_at = :now
     WHERE ${SCOPE} AND reference = :reference AND idempotency_key = :idempotencyKey
       AND state <> 'executed' AND (lease_until IS :leaseUntil OR :state = 'executed')`,
    { ...scope, ...outcome, idempotencyKey, leaseUntil },
  );
  if (changed > 0 || end.state !== 'executed') return;
  const json = canonicalJson(record.arguments);
  sql.run(
    `INSERT INTO request (workspace, integration, mode, operation, reference, arguments, arguments_hash, idempotency_key, state, answer,
       answer_id, error, request_id, attempts, created_at, updated_at)
     VALUES (:workspace, :integration, :mode, :operation, :reference, :json, :hash, :idempotencyKey, :state, :answer,
       :answerId, :error, :requestId, :attempts, :createdAt, :now)
     ON CONFLICT DO NOTHING`,
    { ...scope, ...outcome, idempotencyKey, json, hash: sha256(json), createdAt: record.createdAt },
  );
}
