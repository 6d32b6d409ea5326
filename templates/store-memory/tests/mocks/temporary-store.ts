import { MemoryStore } from '../../src/store/memory.store.js';
import type { IntegrationStore } from '../../src/store/store.js';

export interface TemporaryStore {
  store: IntegrationStore;
  /** Absent where nothing outlives the process. */
  reopen?: () => Promise<IntegrationStore>;
  remove(): Promise<void>;
}

export async function createTemporaryStore(): Promise<TemporaryStore> {
  return { store: new MemoryStore(), remove: async () => {} };
}
