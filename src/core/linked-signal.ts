/**
 * Runs `work` with a controller of its own that aborts with `outer`, for the same reason; nothing is left on `outer` afterwards.
 * `AbortSignal.any` would leave a weak reference on it each time: on a signal that lives long, collecting them costs more than a simple
 * call does.
 */
export async function withLinkedSignal<T>(
  outer: AbortSignal,
  work: (own: AbortController) => PromiseLike<T> | T,
): Promise<T> {
  const own = new AbortController();
  const follow = () => own.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow);
  try {
    return await work(own);
  } finally {
    outer.removeEventListener('abort', follow);
  }
}

/** The same with a time limit. @param reasonFor with what the signal aborts when the time is over */
export function withinTime<T>(
  outer: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => PromiseLike<T> | T,
  reasonFor: () => unknown = () => new DOMException('The time is over.', 'TimeoutError'),
): Promise<T> {
  return withLinkedSignal(outer, async (own) => {
    const timer = setTimeout(() => own.abort(reasonFor()), timeoutMs);
    try {
      return await work(own.signal);
    } finally {
      clearTimeout(timer);
    }
  });
}
