import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';
import { toError } from './api.ts';
import { live } from './live.ts';

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
