import { AppError, abortError } from '../../core/errors.ts';
import type { Attempt } from './observation.ts';
import type { ReplayDeps, ReplayInput } from './replay-run.ts';
import { ReplayRun } from './replay-run.ts';
import type { Finding } from './verdict.ts';
import { judgeHandler } from './verdict.ts';

export interface ReplayResult {
  readonly attempts: readonly Attempt[];
  readonly verdict: readonly Finding[];
  readonly seed: number | undefined;
  /** True when the time was up before everything was sent. */
  readonly isCutShort: boolean;
}

/** Clients give up on a call soon after. */
const BUDGET_MS = 43_000;
const MAX_DELIVERIES = 200;
/** The most that the kinds of all faults come to. */
const FAULTY_DELIVERIES = 8;

/**
 * Sends events to a handler and judges it by its answers. Throws `invalid_input` for too many deliveries, `unavailable` when nothing
 * listens there, and `not_configured` when everything has to be signed and there is no secret.
 */
export async function replayEvents(
  input: ReplayInput,
  deps: ReplayDeps,
  signal: AbortSignal,
  progress: (message: string) => void,
): Promise<ReplayResult> {
  checkInput(input);
  const deadline = AbortSignal.timeout(input.budgetMs ?? BUDGET_MS);
  const run = new ReplayRun(input, deps, AbortSignal.any([signal, deadline]), progress);
  let isCutShort = false;
  try {
    await run.all();
  } catch (thrown) {
    if (signal.aborted) throw leftBehind(signal, run.attempts.length);
    if (!deadline.aborted) throw thrown;
    isCutShort = true;
  }
  const seed = input.order === 'shuffled' ? run.seed : undefined;
  return { attempts: run.attempts, verdict: judgeHandler(run.observation()), seed, isCutShort };
}

function checkInput({ events, times, resign, signer }: ReplayInput): void {
  if (events.length === 0) {
    throw new AppError('invalid_input', 'There is nothing to replay.', { hint: 'Name at least one event.' });
  }
  const count = events.length * (times + 3) + FAULTY_DELIVERIES;
  if (count > MAX_DELIVERIES) {
    throw new AppError('invalid_input', `That would be up to ${count} deliveries; ${MAX_DELIVERIES} is the limit.`, {
      hint: 'Replay fewer events, or fewer times.',
    });
  }
  if (resign && signer === undefined) {
    throw new AppError('not_configured', 'There is no secret to sign with.', {
      hint: "Name the variable in secret_env, or configure the provider's webhook secret and set it where the server is started.",
    });
  }
}

function leftBehind(signal: AbortSignal, sent: number): AppError {
  const { code, message } = abortError(signal);
  return new AppError(code, message, {
    outcome: sent === 0 ? 'not_executed' : 'executed',
    hint: `${sent} deliveries had been sent. Replay again for a verdict.`,
  });
}
