import { afterEach, beforeEach } from 'vitest';
import type { NewMemory, Origin } from '../../src/memory/memory.ts';
import type { MemoryStore, SearchQuery } from '../../src/memory/memory-store.ts';

/** Stores of one adapter that share their data, as two server processes do. */
export interface MemoryStores {
  first: MemoryStore;
  second: MemoryStore;
  /** Time of both stores. */
  clock: { time: number };
  close(): Promise<void>;
}

export type CreateStores = (startMs: number) => Promise<MemoryStores>;

export const START = Date.UTC(2026, 4, 14, 8);
export const DAY_MS = 24 * 3_600_000;
export const HERE: Origin = { workspace: '/projects/shop', agent: 'claude-code', sessionId: 'session-1' };
export const ELSEWHERE: Origin = { workspace: '/projects/blog', agent: 'codex', sessionId: 'session-2' };

export function note(content: string, fields: Partial<NewMemory> = {}): NewMemory {
  return { content, contextType: 'information', tags: [], importance: 5, isGlobal: false, ...fields };
}

export interface Bench {
  readonly stores: MemoryStores;
  readonly store: MemoryStore;
  /** The contents found by the first store. */
  search(text: string, query?: Partial<SearchQuery>): Promise<string[]>;
}

/** New, empty stores for every test of the calling suite. */
export function benchOf(create: CreateStores): Bench {
  let stores: MemoryStores | undefined;
  beforeEach(async () => {
    stores = await create(START);
  });
  afterEach(async () => {
    await stores?.close();
  });
  return {
    get stores() {
      if (stores === undefined) throw new Error('The stores are open inside tests only.');
      return stores;
    },
    get store() {
      return this.stores.first;
    },
    async search(text, query = {}) {
      const { hits } = await this.store.search({ text, workspace: HERE.workspace, limit: 10, ...query });
      return hits.map(({ memory }) => memory.content);
    },
  };
}
