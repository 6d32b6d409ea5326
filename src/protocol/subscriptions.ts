/** How often subscribed resources are looked at: other processes change them too, and nothing tells us. */
const INTERVAL_MS = 500;
const MAX_WATCHED = 100;

export interface SubscriptionOptions {
  /** A text that changes when the resource does; undefined when it cannot be told now. */
  version(uri: string): Promise<string | undefined>;
  /** Tells the client that a resource has changed. */
  notify(uri: string): Promise<void>;
}

/** Watches the resources that the client subscribed to. Costs nothing while there are none. */
export class Subscriptions {
  readonly #options: SubscriptionOptions;
  readonly #versions = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  /** False when there is nothing to watch, or too much is watched already. */
  async add(uri: string): Promise<boolean> {
    const version = await this.#options.version(uri);
    if (version === undefined || this.#versions.size >= MAX_WATCHED) return false;
    this.#versions.set(uri, version);
    this.#timer ??= setInterval(() => void this.#look(), INTERVAL_MS).unref();
    return true;
  }

  remove(uri: string): void {
    this.#versions.delete(uri);
    if (this.#versions.size === 0) this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const [uri, before] of [...this.#versions]) await this.#compare(uri, before);
    } finally {
      this.#looking = false;
    }
  }

  async #compare(uri: string, before: string): Promise<void> {
    const version = await this.#options.version(uri);
    if (version === undefined || version === before || !this.#versions.has(uri)) return;
    this.#versions.set(uri, version);
    await this.#options.notify(uri);
  }
}
