import type { ResourceEntry } from '../core/resource.ts';

/** How often it is looked whether anything was written: other processes write too, and nothing tells us. */
const INTERVAL_MS = 500;

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
    this.#timer ??= this.#lookLater();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#seen = undefined;
  }

  #lookLater(): NodeJS.Timeout {
    return setTimeout(async () => {
      // A database that is away is asked again.
      await this.#look().catch(() => {
        this.#wasWritten = true;
      });
      this.#timer = this.#seen === undefined ? undefined : this.#lookLater();
    }, INTERVAL_MS).unref();
  }

  async #look(): Promise<void> {
    const version = await this.#options.version();
    // Writes that come in quick succession are one change: the list is read at the look after the one that saw them.
    const isDue = this.#wasWritten;
    this.#wasWritten = version !== this.#version;
    this.#version = version;
    if (isDue) await this.#compare();
  }

  async #compare(): Promise<void> {
    const now = fingerprint(await this.#options.list());
    if (this.#seen === undefined || this.#seen === now) return;
    this.#seen = now;
    await this.#options.notify();
  }
}

function fingerprint(entries: readonly ResourceEntry[]): string {
  return entries.map(({ uri }) => uri).join('\n');
}
