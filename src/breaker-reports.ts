import type { Log } from './core/log.ts';
import type { NewMemory } from './memory/memory.ts';
import type { MemoryStore } from './memory/memory-store.ts';
import type { BreakerRow } from './resilience/breaker-state.ts';
import type { BreakerStore, Transition } from './resilience/breaker-store.ts';
import { transitionBetween } from './resilience/breaker-store.ts';

const KEPT_S = 7 * 24 * 3600;

/** A breaker store that also tells other agents through the memory when a breaker opens, closes or is forced. */
export class ReportingBreakerStore implements BreakerStore {
  readonly #store: BreakerStore;
  readonly #memory: MemoryStore;
  readonly #workspace: string;
  readonly #log: Log;

  constructor(store: BreakerStore, memory: MemoryStore, workspace: string, log: Log) {
    this.#store = store;
    this.#memory = memory;
    this.#workspace = workspace;
    this.#log = log;
  }

  get(key: string): Promise<BreakerRow | undefined> {
    return this.#store.get(key);
  }

  async update(key: string, change: (row: BreakerRow) => BreakerRow): Promise<BreakerRow> {
    let before: BreakerRow | undefined;
    // The change may run more than once; the last run is the one that counts.
    const after = await this.#store.update(key, (row) => {
      before = row;
      return change(row);
    });
    const transition = before === undefined ? undefined : transitionBetween(before, after);
    // A trial call is no news.
    if (transition !== undefined && transition.to !== 'half_open') this.#report(transition);
    return after;
  }

  list(): Promise<readonly BreakerRow[]> {
    return this.#store.list();
  }

  transitions(key: string, limit: number): Promise<readonly Transition[]> {
    return this.#store.transitions(key, limit);
  }

  /** Nobody waits for it, and nothing fails with it. */
  #report(transition: Transition): void {
    const origin = { workspace: this.#workspace, agent: 'breakwater', sessionId: undefined };
    this.#memory
      .store(describe(transition), origin)
      .catch((thrown: unknown) => this.#log.debug({ cause: String(thrown) }, 'breaker not reported'));
  }
}

/** Without times: a breaker that opens again refreshes what was said before, and counts it. */
function describe({ key, to, reason }: Transition): NewMemory {
  const [host = key] = key.split('/', 1);
  return {
    content: JSON.stringify({ agent: 'breakwater', action: `circuit_breaker_${to}`, breaker: key, status: to, reason }),
    summary: `Circuit breaker of ${key} is ${to.replace('_', ' ')}`,
    contextType: to === 'closed' ? 'information' : 'error',
    category: 'backend',
    tags: ['circuit-breaker', 'resilience', host],
    importance: to === 'closed' ? 4 : 6,
    ttlSeconds: KEPT_S,
    isGlobal: false,
  };
}
