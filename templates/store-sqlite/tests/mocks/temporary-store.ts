import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/store/sqlite.store.js';
import type { IntegrationStore } from '../../src/store/store.js';

export interface TemporaryStore {
  store: IntegrationStore;
  /** A second connection to what the first one stored. */
  reopen?: () => Promise<IntegrationStore>;
  remove(): Promise<void>;
}

export async function createTemporaryStore(): Promise<TemporaryStore> {
  const folder = mkdtempSync(join(tmpdir(), 'acme-store-'));
  const path = join(folder, 'test.db');
  const opened: IntegrationStore[] = [new SqliteStore(path)];
  const [store] = opened;
  if (store === undefined) throw new Error('unreachable');
  return {
    store,
    reopen: async () => {
      const again = new SqliteStore(path);
      opened.push(again);
      return again;
    },
    remove: async () => {
      await Promise.all(opened.map((each) => each.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
