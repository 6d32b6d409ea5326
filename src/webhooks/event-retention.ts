import type { Sql } from '../storage/connection.ts';

/** What anybody can send is kept only so far: the newest of a workspace. */
const MAX_UNVERIFIED = 500;
const MAX_UNVERIFIED_BYTES = 32 * 1024 * 1024;
/** Rows deleted in one transaction. */
const PRUNE_BATCH = 200;

const TOTAL = 'SELECT coalesce(sum(bytes), 0) AS bytes FROM webhook_event INDEXED BY webhook_event_by_age';

/** Of the oldest that may go: those that are too old, and as many as it takes to get rid of the excess. */
const PRUNE = `
  DELETE FROM webhook_event WHERE seq IN (
    SELECT seq FROM (
      SELECT seq, received_at, sum(bytes) OVER (ORDER BY received_at, seq) - bytes AS before
      FROM (SELECT seq, received_at, bytes FROM webhook_event WHERE status <> 'pending' ORDER BY received_at, seq LIMIT :batch)
    ) WHERE received_at < :old OR before < :excess)`;

const CAP_UNVERIFIED = `
  DELETE FROM webhook_event WHERE seq IN (
    SELECT seq FROM (
      SELECT seq, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
      FROM webhook_event WHERE workspace = ? AND status = 'unverified' WINDOW newest AS (ORDER BY seq DESC)
    ) WHERE place > ? OR (total > ? AND place > 1))`;

/** Deletes what is too much of what nobody vouches for; the newest always stays. */
export function capUnverified(sql: Sql, workspace: string): void {
  sql.run(CAP_UNVERIFIED, [workspace, MAX_UNVERIFIED, MAX_UNVERIFIED_BYTES]);
}

/** Deletes some of the oldest events that are older than `before`, or too much for `maxBytes`. Returns how many; 0 when none is left. */
export function pruneSome(sql: Sql, before: number, maxBytes: number): number {
  const excess = (sql.get<{ bytes: number }>(TOTAL)?.bytes ?? 0) - maxBytes;
  return sql.run(PRUNE, { old: before, excess, batch: PRUNE_BATCH });
}
