import { AppError } from '../core/errors.ts';
import type { Sql } from '../storage/connection.ts';
import { present } from '../storage/connection.ts';
import type { Gap } from '../storage/restoration.ts';
import { gapSince } from '../storage/restoration.ts';
import { isRecognised } from './reconcile.ts';
import type { RequestPlan } from './request-ledger.ts';
import type { RequestRow } from './request-row.ts';
import { answerId, canonicalJson, parseAnswer } from './request-row.ts';

const HOUR_MS = 3_600_000;
/** Within this time equal arguments under another reference look like an agent that repeats itself. */
const DUPLICATE_WINDOW_MS = 10 * 60_000;

/** How long after a restoration of the database a request that it may have lost is asked about. */
const DOUBT_MS = 30 * 24 * HOUR_MS;

/** What must hold before a request is sent that the ledger does not know, or knows to have had no effect. */
export function admit(sql: Sql, plan: RequestPlan, hash: string, now: number): void {
  if (gapFor(sql, plan, now) !== undefined) throw forgotten(plan);
  refuseRepetition(sql, plan, hash, now);
  reserve(sql, plan, now);
}

/** The time in which such a request may have been executed without a trace here; none where the service still recognises its key. */
export function gapFor(sql: Sql, plan: RequestPlan, now: number): Gap | undefined {
  const gap = gapSince(sql, now - DOUBT_MS);
  if (gap === undefined || plan.knownRestoration === gap.restoredAt) return undefined;
  return isRecognised(gap.backupMadeAt, plan.protectedForMs ?? 0, now) ? undefined : gap;
}

/** The database was restored after the caller had looked: the next call asks for consent. */
function forgotten({ reference }: RequestPlan): AppError {
  return new AppError(
    'unavailable',
    `The database has just been restored: whether "${reference}" was executed is lost.`,
    {
      hint: 'Look at the service whether it was done. If not, call again. Nothing was sent now.',
      details: { reference },
    },
  );
}

/** Caps count what is begun, in the transaction that begins it: replays never use them up and processes cannot race past them. */
function reserve(sql: Sql, plan: RequestPlan, now: number): void {
  const { maxAmountMinor, writesPerHour } = plan.limits;
  const { amountMinor } = plan;
  if (maxAmountMinor !== undefined && amountMinor === undefined && plan.movesMoney === true) {
    throw new AppError(
      'not_allowed',
      `This may move any amount, and ${plan.integration} has a cap of ${maxAmountMinor}.`,
      {
        hint: 'Use create_payment_intent, update_payment_intent or refund_payment, or ask the person who set caps.max_amount.',
      },
    );
  }
  if (maxAmountMinor !== undefined && amountMinor !== undefined && amountMinor > maxAmountMinor) {
    throw new AppError(
      'not_allowed',
      `The amount ${amountMinor} is above the cap of ${maxAmountMinor} for ${plan.integration}.`,
      {
        hint: 'Ask the person who set caps.max_amount in configure_integration.',
      },
    );
  }
  if (writesPerHour === undefined) return;
  const begun = present(
    sql.get<{ n: number; oldest: number | null }>(
      `SELECT count(*) AS n, min(created_at) AS oldest FROM request
       WHERE workspace = ? AND integration = ? AND created_at > ? AND state <> 'failed'`,
      [plan.workspace, plan.integration, now - HOUR_MS],
    ),
    'The count',
  );
  if (begun.n < writesPerHour) return;
  throw new AppError('not_allowed', `${plan.integration} has used its cap of ${writesPerHour} writes per hour.`, {
    hint: 'Wait for retry_after_ms, or ask the person who set caps.per_hour in configure_integration.',
    retryAfterMs: (begun.oldest ?? now) + HOUR_MS - now,
  });
}

/** An agent that starts over tends to invent a new reference for the same purchase. */
function refuseRepetition(sql: Sql, plan: RequestPlan, hash: string, now: number): void {
  if (plan.allowDuplicate) return;
  const { workspace, integration, mode, operation } = plan;
  const twin = sql.get<RequestRow>(
    `SELECT * FROM request WHERE substr(arguments_hash, 1, 16) = substr(:hash, 1, 16) AND created_at > :since
       AND arguments_hash = :hash AND workspace = :workspace AND integration = :integration
       AND mode = :mode AND operation = :operation AND state <> 'failed' ORDER BY id DESC LIMIT 1`,
    { hash, since: now - DUPLICATE_WINDOW_MS, workspace, integration, mode, operation },
  );
  if (twin === undefined) return;
  throw new AppError(
    'conflict',
    `The same arguments were used ${Math.round((now - twin.created_at) / 1000)} s ago under another reference.`,
    {
      hint: `To repeat that request, use reference "${twin.reference}". If a second one is really wanted, set allow_duplicate: true.`,
      details: { reference: twin.reference, state: twin.state, answer_id: answerId(parseAnswer(twin.answer)) },
    },
  );
}

/** The integration points elsewhere now: an answer from there would be wrong here, and a second sending could execute twice. */
export function refuseOtherTarget(plan: RequestPlan, row: RequestRow): void {
  if (row.target === null || plan.target === undefined || row.target === plan.target) return;
  throw new AppError(
    'conflict',
    `Reference "${plan.reference}" was used at ${row.target}; the integration points to ${plan.target} now.`,
    {
      hint: 'Use a new reference here, or point the integration back to continue there.',
      details: {
        used_at: row.target,
        now: plan.target,
        state: row.state,
        answer_id: answerId(parseAnswer(row.answer)),
      },
    },
  );
}

export function changedArguments(plan: RequestPlan, row: RequestRow): AppError {
  const before = JSON.parse(row.arguments) as Record<string, unknown>;
  const names = new Set([...Object.keys(before), ...Object.keys(plan.arguments)]);
  const differences = [...names]
    .filter((name) => canonicalJson(before[name]) !== canonicalJson(plan.arguments[name]))
    .map((name) => ({ argument: name, before: before[name] ?? null, now: plan.arguments[name] ?? null }));
  return new AppError('conflict', `Reference "${plan.reference}" was used before with other arguments.`, {
    hint: 'Repeat the call with the first arguments, or give what is new a new reference.',
    details: { differences, state: row.state, answer_id: answerId(parseAnswer(row.answer)) },
  });
}
