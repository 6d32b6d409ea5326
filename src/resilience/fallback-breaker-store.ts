import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { BreakerRow } from './breaker-state.ts';
import type { BreakerStore, Transition } from './breaker-store.ts';
import type { InProcessBreakerStore } from './in-process-breaker-store.ts';
import { withPatience } from './patience.ts';

/**
 * Uses the shared store, and the local one while the shared one fails: a call to a service must never fail because the state of its
 * breaker could not be kept. A store that can be read but not written (a full disk, a lock) counts as failing, so while degraded the
 * newer of both rows holds. Each change tries the shared store again; the first that succeeds ends the degradation.
 */
export class FallbackBreakerStore implements BreakerStore {
  readonly #shared: BreakerStore;
  readonly #local: InProcessBreakerStore;
  readonly #log: Log;
  #degraded = false;

  constructor(shared: BreakerStore, local: InProcessBreakerStore, log: Log) {
    this.#shared = shared;
    this.#local = local;
    this.#log = log;
  }

  async get(key: string): Promise<BreakerRow | undefined> {
    // As #read, spelled out: this is on the path of every call, and each asynchronous layer shows in it.
    let shared: BreakerRow | undefined;
    try {
      shared = await this.#shared.get(key);
    } catch (thrown) {
      this.#degrade(thrown);
    }
    return this.#degraded ? newer(await this.#local.get(key), shared) : shared;
  }

  async update(key: string, change: (row: BreakerRow) => BreakerRow): Promise<BreakerRow> {
    try {
      const row = await withPatience(this.#shared.update(key, change));
      this.#recover();
      return row;
    } catch (thrown) {
      this.#degrade(thrown);
      const shared = await this.#read((store) => store.get(key));
      return this.#local.update(key, (row) => change(newer(row, shared) ?? row), shared);
    }
  }

  async list(): Promise<readonly BreakerRow[]> {
    const shared = (await this.#read((store) => store.list())) ?? [];
    if (!this.#degraded) return shared;
    const rows = new Map(shared.map((row) => [row.key, row]));
    for (const row of await this.#local.list()) rows.set(row.key, newer(row, rows.get(row.key)) ?? row);
    return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async transitions(key: string, limit: number): Promise<readonly Transition[]> {
    const shared = (await this.#read((store) => store.transitions(key, limit))) ?? [];
    if (!this.#degraded) return shared;
    const all = [...(await this.#local.transitions(key, limit)), ...shared];
    return all.sort((a, b) => b.at - a.at).slice(0, limit);
  }

  /** Reads from the shared store; undefined when that fails. */
  async #read<T>(use: (store: BreakerStore) => Promise<T>): Promise<T | undefined> {
    try {
      return await use(this.#shared);
    } catch (thrown) {
      this.#degrade(thrown);
      return undefined;
    }
  }

  #degrade(thrown: unknown): void {
    if (this.#degraded) return;
    this.#degraded = true;
    this.#log.warn({ cause: messageOf(thrown) }, 'Breaker state cannot be shared; this process keeps its own');
  }

  #recover(): void {
    if (!this.#degraded) return;
    this.#degraded = false;
    this.#log.info({}, 'Breaker state is shared again');
  }
}

function newer(local: BreakerRow | undefined, shared: BreakerRow | undefined): BreakerRow | undefined {
  if (local === undefined || shared === undefined) return local ?? shared;
  return local.updatedAt >= shared.updatedAt ? local : shared;
}
