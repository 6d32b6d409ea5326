import { SqliteStore } from './sqlite.store.js';
import type { IntegrationStore } from './store.js';

/** @param databaseUrl `file:` and a path, as Prisma and SQLite write it */
export async function openStore(databaseUrl: string): Promise<IntegrationStore> {
  return new SqliteStore(databaseUrl.replace(/^file:/, ''));
}
