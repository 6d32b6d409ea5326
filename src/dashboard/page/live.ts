import { checkAccess } from './api.ts';

type Listener = () => void;

/** `paused`: other tabs took the place of this one; `lost`: the server does not answer. */
export type Connection = 'connecting' | 'live' | 'paused' | 'lost';

/** Where the browser itself has given up. */
const RETRY_MS = 2_000;

/** Tells parts of the page when what they show has changed, over one connection for all of them. */
class Live {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #onConnection = new Set<(connection: Connection) => void>();
  #connection: Connection = 'connecting';
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #query = '';
  #isScheduled = false;

  constructor() {
    addEventListener('focus', () => this.#resume());
    document.addEventListener('visibilitychange', () => this.#resume());
  }

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

  onConnection(listener: (connection: Connection) => void): () => void {
    this.#onConnection.add(listener);
    listener(this.#connection);
    return () => void this.#onConnection.delete(listener);
  }

  /** Parts come and go together when another view is shown: one new connection serves them all. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      const query = [...this.#listeners.keys()]
        .sort()
        .map((name) => `watch=${encodeURIComponent(name)}`)
        .join('&');
      if (query === this.#query) return;
      this.#query = query;
      this.#connect();
    });
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    if (this.#query === '') return;
    const source = new EventSource(`/api/changes?${this.#query}`);
    this.#source = source;
    source.addEventListener('ready', () => {
      this.#tell('live');
      for (const name of this.#listeners.keys()) this.#notify(name);
    });
    source.addEventListener('changed', (event) => this.#notify(String(event.data)));
    source.addEventListener('replaced', () => {
      source.close();
      this.#tell('paused');
    });
    source.addEventListener('error', () => {
      this.#tell('lost');
      // An answer that is no stream ends it for good, and does not say why.
      if (source.readyState === EventSource.CLOSED) void this.#tryAgain(source);
    });
  }

  async #tryAgain(source: EventSource): Promise<void> {
    await checkAccess();
    if (source === this.#source) this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
  }

  #resume(): void {
    if (this.#connection === 'paused' && !document.hidden) this.#connect();
  }

  #notify(name: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener();
  }

  #tell(connection: Connection): void {
    this.#connection = connection;
    for (const listener of this.#onConnection) listener(connection);
  }
}

export const live = new Live();
