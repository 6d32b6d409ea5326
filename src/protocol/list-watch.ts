import type { ResourceEntry } from '../core/resource.ts';

/** Writes that come in quick succession are looked at once. */
const DELAY_MS = 500;

/** Tells a client that has read the list of resources when it would read another one now. */
export class ListWatch {
  readonly #notify: () => Promise<void>;
  #seen: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(notify: () => Promise<void>) {
    this.#notify = notify;
  }

  saw(entries: readonly ResourceEntry[]): void {
    this.#seen = fingerprint(entries);
  }

  mayHaveChanged(list: () => Promise<ResourceEntry[]>): void {
    if (this.#seen === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#look(list), DELAY_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#seen = undefined;
  }

  async #look(list: () => Promise<ResourceEntry[]>): Promise<void> {
    this.#timer = undefined;
    const now = fingerprint(await list());
    if (this.#seen === undefined || this.#seen === now) return;
    this.#seen = now;
    await this.#notify().catch(() => {});
  }
}

function fingerprint(entries: readonly ResourceEntry[]): string {
  return entries.map(({ uri }) => uri).join('\n');
}
