import type { BreakerStore } from '../../../src/resilience/breaker-store.ts';
import type { AttemptFailure } from '../../../src/resilience/classify.ts';
import { AttemptError } from '../../../src/resilience/classify.ts';
import { InProcessBreakerStore } from '../../../src/resilience/in-process-breaker-store.ts';
import type { PermitStore } from '../../../src/resilience/permit-store.ts';
import type { Call, Trace } from '../../../src/resilience/pipeline.ts';
import { newTrace, Pipeline } from '../../../src/resilience/pipeline.ts';
import type { ResilienceInput } from '../../../src/resilience/resilience-settings.ts';
import { resolveResilience } from '../../../src/resilience/resilience-settings.ts';
import type { RetryContext } from '../../../src/resilience/retry.ts';

export const KEY = 'api.example.com/write';
export const clock = { now: () => Date.now() };

/** Rate limits are not the matter of these tests. */
export const unlimited: PermitStore = {
  take: async () => ({ granted: true, waitMs: 0 }),
  giveBack: async () => {},
};

export interface CallOptions extends Omit<Partial<Call>, 'settings'> {
  settings?: ResilienceInput;
  trace?: Trace;
}

export function openPipeline(store: BreakerStore = new InProcessBreakerStore(clock)) {
  const pipeline = new Pipeline(store, unlimited, clock);
  return {
    store,
    pipeline,
    /** One call with short pauses, unless the settings say otherwise. */
    call<T>(attempt: (context: RetryContext) => Promise<T>, options: CallOptions = {}): Promise<T> {
      const { settings = {}, trace = newTrace(), ...rest } = options;
      const resolved = resolveResilience({ retry: { base_ms: 1, max_ms: 1 }, ...settings });
      const call = { key: KEY, repeat: 'safe' as const, signal: new AbortController().signal, ...rest };
      return pipeline.run({ ...call, settings: resolved }, trace, attempt);
    },
  };
}

export function response(status: number, headers: Record<string, string> = {}): AttemptFailure {
  return { kind: 'response', status, headers };
}

/** An attempt that ends like this. */
export function failWith(failure: AttemptFailure): () => Promise<never> {
  return () => Promise.reject(new AttemptError(failure));
}

/** An attempt that never ends by itself; it reports why it had to, as the HTTP client does. */
export function hang({ signal }: { signal: AbortSignal }): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => {
      const timedOut = (signal.reason as { code?: string } | undefined)?.code === 'timeout';
      reject(new AttemptError({ kind: timedOut ? 'timeout' : 'cancelled', sent: true }, undefined, signal.reason));
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
