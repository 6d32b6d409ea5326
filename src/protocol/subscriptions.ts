import { AppError } from '../core/errors.ts';

/** How often subscribed resources are looked at: other processes change them too, and nothing tells us. */
const INTERVAL_MS = 500;
const MAX_WATCHED = 100;

export interface SubscriptionOptions {
  /** A text that changes when the resource does; rejects where it cannot be told. */
  version(uri: string): Promise<string>;
  /** Tells that a resource has changed. */
  notify(uri: string): Promise<void>;
}

/** Who wants to know: a client, or one of its streams. */
type Holder = string | number;

interface Watched {
  readonly holders: Set<Holder>;
  /** Undefined before it is known. */
  version: string | undefined;
  /** Settles with the first version. */
  ready: Promise<void>;
}

/** Watches the resources that somebody holds. Costs nothing while there are none. */
export class Subscriptions {
  readonly #options: SubscriptionOptions;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  /**
   * Holds a resource from this moment on, once, however often the holder asks. Resolves when its version is known: later changes are told.
   * Rejects, and holds nothing, where there is no version or too much is watched.
   */
  hold(holder: Holder, uri: string): Promise<void> {
    const known = this.#watched.get(uri);
    if (known === undefined && this.#watched.size >= MAX_WATCHED) return Promise.reject(tooMany());
    const watched = known ?? this.#watch(uri);
    watched.holders.add(holder);
    return watched.ready;
  }

  release(holder: Holder, uri: string): void {
    const watched = this.#watched.get(uri);
    watched?.holders.delete(holder);
    if (watched?.holders.size === 0) this.#forget(uri);
  }

  /** Releases all that the holder has. */
  end(holder: Holder): void {
    for (const uri of [...this.#watched.keys()]) this.release(holder, uri);
  }

  stop(): void {
    for (const uri of [...this.#watched.keys()]) this.#forget(uri);
  }

  #watch(uri: string): Watched {
    const watched: Watched = { holders: new Set(), version: undefined, ready: Promise.resolve() };
    this.#watched.set(uri, watched);
    this.#timer ??= setInterval(() => void this.#look(), INTERVAL_MS).unref();
    watched.ready = this.#learn(uri, watched);
    return watched;
  }

  async #learn(uri: string, watched: Watched): Promise<void> {
    try {
      watched.version = await this.#options.version(uri);
    } catch (thrown) {
      if (this.#watched.get(uri) === watched) this.#forget(uri);
      throw thrown;
    }
  }

  #forget(uri: string): void {
    this.#watched.delete(uri);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    for (const [uri, watched] of [...this.#watched]) {
      // What cannot be told now, or to nobody, is told at a later look.
      await this.#compare(uri, watched).catch(() => {});
    }
    this.#looking = false;
  }

  async #compare(uri: string, watched: Watched): Promise<void> {
    if (watched.version === undefined) return;
    const version = await this.#options.version(uri);
    if (version === watched.version || this.#watched.get(uri) !== watched) return;
    await this.#options.notify(uri);
    watched.version = version;
  }
}

function tooMany(): AppError {
  return new AppError('invalid_input', `At most ${MAX_WATCHED} resources are watched at once.`, {
    hint: 'Unsubscribe from others first.',
  });
}
