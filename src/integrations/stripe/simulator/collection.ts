import { StripeApiError } from './api-error.ts';
import { Journal } from './journal.ts';

const MAX_OBJECTS = 100_000;

/** Objects of one kind in the order of their creation. The journal knows of every one that is handed out. */
export class Collection<T extends { id: string }> {
  readonly #journal: Journal;
  #byId = new Map<string, T>();

  constructor(journal = new Journal()) {
    this.#journal = journal;
  }

  add(object: T): T {
    if (this.#byId.size >= MAX_OBJECTS) {
      throw new StripeApiError(500, 'api_error', `The simulator keeps ${MAX_OBJECTS} objects of a kind: reset it.`);
    }
    this.#byId.set(object.id, object);
    this.#journal.note(() => this.#byId.delete(object.id));
    return object;
  }

  get(id: string): T | undefined {
    const object = this.#byId.get(id);
    if (object !== undefined) this.#journal.touch(object);
    return object;
  }

  delete(id: string): void {
    if (this.#journal.isOpen) {
      const before = new Map(this.#byId);
      this.#journal.note(() => {
        this.#byId = before;
      });
    }
    this.#byId.delete(id);
  }

  newestFirst(matches: (object: T) => boolean = () => true): T[] {
    const found = [...this.#byId.values()].reverse().filter(matches);
    for (const object of found) this.#journal.touch(object);
    return found;
  }

  /** Forgets the oldest beyond a number. */
  keep(count: number): void {
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= count) return;
      this.#byId.delete(id);
    }
  }
}
