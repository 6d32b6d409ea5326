import { AppError } from '../core/errors.ts';
import type { Caller, ToolContext } from '../core/tool.ts';

/** A resource is read while a client waits for a page, not for a call. */
const TIME_LIMIT_MS = 8_000;

/** What a resource needs to ask a service: bounded in time, silent, and unable to consent to anything. */
export function readContext(caller: Caller): ToolContext {
  return {
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
    caller,
    progress: () => {},
    confirm: () => Promise.reject(new AppError('not_allowed', 'Reading a resource changes nothing.')),
  };
}

/** The service's view, or why there is none now: ours is shown all the same. */
export async function unlessUnavailable<T>(
  asked: Promise<T>,
): Promise<T | { unavailable: string; hint?: string | undefined }> {
  return asked.catch((thrown: unknown) => {
    if (!(thrown instanceof AppError)) throw thrown;
    return { unavailable: thrown.code, hint: thrown.hint };
  });
}
