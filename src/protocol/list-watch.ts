import type { ResourceEntry } from '../core/resource.ts';

/** How often it is looked whether anything was written: other processes write too, and nothing tells us. */
const INTERVAL_MS = 500;
/** After an announcement: while agents store one thing after the other, clients shall not read the list for each. */
const PAUSE_MS = 5_000;

export interface ListWatchOptions {
  /** A text that changes with everything that is written, by any process; cheap. */
  version(): Promise<string>;
  list(): Promise<readonly ResourceEntry[]>;
  /** Tells the client that the list has changed. */
  notify(): Promise<void>;
}

/** Tells a client that has read the list of resources when it would read another one now. Costs nothing before that. */
export class ListWatch {
  readonly #options: ListWatchOptions;
  #seen: string | undefined;
  #version: string | undefined;
  #wasWritten = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ListWatchOptions) {
    this.#options = options;
  }

  saw(entries: readonly ResourceEntry[]): void {
    this.#seen = fingerprint(entries);
    // What was written while they were read is told by the next look.
    this.#version = undefined;
    this.#timer ??= this.#lookIn(INTERVAL_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#seen = undefined;
  }

  #lookIn(delayMs: number): NodeJS.Timeout {
    return setTimeout(async () => {
      const announced = await this.#look().catch(() => {
        // A database that is away is asked again.
        this.#wasWritten = true;
        return false;
      });
      this.#timer = this.#seen === undefined ? undefined : this.#lookIn(announced ? PAUSE_MS : INTERVAL_MS);
    }, delayMs).unref();
  }

  /** True when the client was told. */
  async #look(): Promise<boolean> {
    const version = await this.#options.version();
    // Writes that come in quick succession are one change: the list is read at the look after the one that saw them.
    const isDue = this.#wasWritten;
    this.#wasWritten = version !== this.#version;
    this.#version = version;
    return isDue && this.#compare();
  }

  async #compare(): Promise<boolean> {
    const now = fingerprint(await this.#options.list());
    if (this.#seen === undefined || this.#seen === now) return false;
    this.#seen = now;
    await this.#options.notify();
    return true;
  }
}

function fingerprint(entries: readonly ResourceEntry[]): string {
  return entries.map(({ uri }) => uri).join('\n');
}
