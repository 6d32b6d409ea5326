import { MemoryStore } from './memory.store.js';
import type { IntegrationStore } from './store.js';

/** Replace it before events matter: this store forgets everything when the process ends. */
export async function openStore(_databaseUrl: string): Promise<IntegrationStore> {
  return new MemoryStore();
}
