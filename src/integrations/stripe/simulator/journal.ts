import { changedFrom } from './updates.ts';

/** What a request does to the account, so that one that is refused leaves nothing behind. Without an open request it notes nothing. */
export class Journal {
  #undo: (() => void)[] | undefined;
  readonly #touched = new Set<object>();

  /** True while a request runs that may yet be undone. */
  get isOpen(): boolean {
    return this.#undo !== undefined;
  }

  /** Undoes the work when it throws, unless `keeps` says that what led to the error is to stay. */
  atomically<T>(work: () => T, keeps: (thrown: unknown) => boolean): T {
    const undo: (() => void)[] = [];
    this.#undo = undo;
    try {
      return work();
    } catch (thrown) {
      if (!keeps(thrown)) for (const step of undo.reverse()) step();
      throw thrown;
    } finally {
      this.#undo = undefined;
      this.#touched.clear();
    }
  }

  note(undo: () => void): void {
    this.#undo?.push(undo);
  }

  /** For an object that is handed out: whoever has it may change it in place. */
  touch(object: object): void {
    if (this.#undo === undefined || this.#touched.has(object)) return;
    this.#touched.add(object);
    const before = structuredClone(object);
    this.note(() => Object.assign(object, changedFrom(before, object)));
  }
}
