import { sleep } from '../core/clock.ts';
import type { Deadline } from '../core/deadline.ts';
import { AppError, abortError } from '../core/errors.ts';
import { resolveResilience } from '../resilience/resilience-settings.ts';
import type { Integration } from './integration.ts';
import type { Operation } from './operation.ts';
import type { Beginning, RequestLedger, RequestPlan } from './request-ledger.ts';

/** How often a call looks whether another call with the same scope has ended, in milliseconds. */
const WAIT_POLL_MS = 50;

/** Time beyond the deadline after which a request counts as abandoned. */
const LEASE_MARGIN_MS = 5_000;

export interface WriteOptions {
  reference: string;
  idempotencyKey?: string | undefined;
  allowDuplicate?: boolean | undefined;
  /** True for a check by the service that changes nothing: the reference stays free for the call itself. */
  isRehearsal?: boolean | undefined;
  /** What the cap on amounts compares, in minor units, where the input itself has no `amount`. */
  amountMinor?: number | undefined;
  /** What a person reads first when asked for consent. */
  about?: string | undefined;
}

/** Everything that decides about the effect goes into the plan; who waits for it does not. */
export function planRequest(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  options: WriteOptions,
  { workspace, name, config }: Integration,
  target: string,
): RequestPlan {
  return {
    workspace,
    integration: name,
    mode: config.mode,
    operation: options.isRehearsal ? `${operation.name} (rehearsal)` : operation.name,
    reference: options.reference,
    target,
    arguments: input,
    idempotencyKey: options.idempotencyKey,
    allowDuplicate: options.allowDuplicate ?? false,
    leaseMs: resolveResilience(config.resilience, operation.class).deadlineMs + LEASE_MARGIN_MS,
    limits: { ...config.caps },
    amountMinor: largestAmount(operation, input) ?? options.amountMinor,
    movesMoney: operation.movesMoney,
  };
}

const AMOUNT_FIELDS = ['amount', 'amount_to_capture'];

/** Where an operation moves money by itself, only a field that it knows says how much. */
function largestAmount(operation: Operation, input: Readonly<Record<string, unknown>>): number | undefined {
  const known = AMOUNT_FIELDS.filter((name) => operation.movesMoney !== true || name in operation.input.shape);
  const body = Object(input['body']) as Record<string, unknown>;
  const amounts = known.flatMap((name) => [input[name], body[name]]).filter((value) => typeof value === 'number');
  return amounts.length === 0 ? undefined : Math.max(...amounts);
}

/** A plan that this call may carry out, or whose answer is there already. */
export type Begun = Exclude<Beginning, { kind: 'wait' }>;

/** Begins a request; while another call works on the same scope, waits for it until the deadline. */
export async function beginRequest(
  ledger: RequestLedger,
  plan: RequestPlan,
  deadline: Deadline,
  signal: AbortSignal,
  progress: (message: string) => void = () => {},
): Promise<Begun> {
  const repeat = {
    hint: 'Call again with the same reference in a moment: it cannot execute twice.',
    outcome: 'unknown',
  } as const;
  let waiting = false;
  for (;;) {
    const beginning = await ledger.begin(plan);
    if (beginning.kind !== 'wait') return beginning;
    if (!waiting) progress('waiting for another call with the same reference');
    waiting = true;
    if (deadline.remainingMs() < 0) {
      throw new AppError('conflict', `Another call with reference "${plan.reference}" is still running.`, repeat);
    }
    await sleep(WAIT_POLL_MS, signal).catch(() => {
      const { code, message } = abortError(signal);
      throw new AppError(code, message, repeat);
    });
  }
}
