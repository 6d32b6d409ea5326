/**
 * Runs `work` with a controller of its own that aborts with `outer`, for the same reason; nothing is left on `outer` afterwards.
 * `AbortSignal.any` would leave a weak reference on it each time: on a signal that lives long, collecting them costs more than a simple
 * call does.
 */
export async function withLinkedSignal<T>(
  outer: AbortSignal,
  work: (own: AbortController) => PromiseLike<T> | T,
): Promise<T> {
  const { own, unlink } = link(outer);
  try {
    return await work(own);
  } finally {
    unlink();
  }
}

/** The same with a time limit. @param reasonFor with what the signal aborts when the time is over */
export async function withinTime<T>(
  outer: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => PromiseLike<T> | T,
  reasonFor: () => unknown = () => new DOMException('The time is over.', 'TimeoutError'),
): Promise<T> {
  const { own, unlink } = link(outer);
  const timer = setTimeout(() => own.abort(reasonFor()), timeoutMs);
  try {
    return await work(own.signal);
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

function link(outer: AbortSignal): { own: AbortController; unlink: () => void } {
  const own = new AbortController();
  const follow = () => own.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow);
  return { own, unlink: () => outer.removeEventListener('abort', follow) };
}
