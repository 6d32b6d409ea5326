import { sleep } from '../../core/clock.ts';
import type { ListenerRegistry } from './listener-registry.ts';
import type { RouteTable } from './route-table.ts';

/** Unknown paths make it look at once, but not for every request. */
const PAUSE_MS = 100;

/** Brings the routes that are served into line with what the registry says. */
export class RouteRefresh {
  readonly #routes: RouteTable;
  readonly #registry: ListenerRegistry;
  #readAt = 0;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(routes: RouteTable, registry: ListenerRegistry) {
    this.#routes = routes;
    this.#registry = registry;
  }

  /** One after the other, so that what was read first never replaces what was read later. */
  now(): Promise<void> {
    const refreshed = this.#last.then(async () => {
      this.#readAt = performance.now();
      await this.#routes.refresh(await this.#registry.read());
    });
    this.#last = refreshed.catch(() => {});
    return refreshed;
  }

  /** For a path that is not known: another process may have added it since. Those who ask during the pause share what is read after it. */
  soon(): Promise<void> {
    this.#next ??= this.#afterPause();
    return this.#next;
  }

  async #afterPause(): Promise<void> {
    await sleep(Math.max(0, this.#readAt + PAUSE_MS - performance.now()));
    this.#next = undefined;
    await this.now();
  }
}
