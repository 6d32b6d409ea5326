import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';

type Listener = () => void;

/** Tells parts of the page when what they show has changed, over one connection for all of them. */
class Live {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #onState = new Set<(isLive: boolean) => void>();
  #source: EventSource | undefined;
  #opened = '';
  #isScheduled = false;

  /** Returns what ends it. */
  watch(name: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    this.#schedule();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(name);
      this.#schedule();
    };
  }

  onState(listener: (isLive: boolean) => void): () => void {
    this.#onState.add(listener);
    return () => void this.#onState.delete(listener);
  }

  /** Parts come and go together when another view is shown: one new connection serves them all. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#open();
    });
  }

  #open(): void {
    const query = [...this.#listeners.keys()]
      .sort()
      .map((name) => `watch=${encodeURIComponent(name)}`)
      .join('&');
    if (query === this.#opened) return;
    this.#opened = query;
    this.#source?.close();
    if (query === '') return;
    const source = new EventSource(`/api/changes?${query}`);
    this.#source = source;
    source.addEventListener('ready', () => {
      this.#tell(true);
      for (const name of this.#listeners.keys()) this.#notify(name);
    });
    source.addEventListener('changed', (event) => this.#notify(String(event.data)));
    source.addEventListener('error', () => this.#tell(false));
  }

  #notify(name: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener();
  }

  #tell(isLive: boolean): void {
    for (const listener of this.#onState) listener(isLive);
  }
}

export const live = new Live();

export interface Data<T> {
  /** Undefined until it was read. */
  value: T | undefined;
  error: ApiError | undefined;
  reload(): void;
}

/**
 * What `load` answers, read again when something of `watched` changes. What was read stays visible meanwhile; for another `key` it is
 * another thing.
 */
export function useData<T>(
  key: string,
  watched: readonly string[],
  load: (signal: AbortSignal) => Promise<T>,
): Data<T> {
  const [state, setState] = useState<{ key: string; text: string; value?: T; error?: ApiError }>({ key, text: '' });
  const latest = useRef(load);
  latest.current = load;
  const reload = useRef(() => {});
  useEffect(() => {
    let running = new AbortController();
    const read = () => {
      running.abort();
      running = new AbortController();
      const { signal } = running;
      latest.current(signal).then(
        (value) => {
          const text = JSON.stringify(value);
          if (!signal.aborted) setState((old) => (old.key === key && old.text === text ? old : { key, text, value }));
        },
        (thrown: unknown) => {
          if (!signal.aborted)
            setState((old) => ({ ...(old.key === key ? old : { text: '' }), key, error: toError(thrown) }));
        },
      );
    };
    reload.current = read;
    read();
    const ends = watched.map((name) => live.watch(name, read));
    return () => {
      running.abort();
      for (const end of ends) end();
    };
  }, [key]);
  const { value, error } = state.key === key ? state : {};
  return { value, error, reload: () => reload.current() };
}

export function toError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError('internal', String(thrown), undefined);
}
