import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaClient } from '../../src/generated/prisma/client.js';
import { PrismaStore } from '../../src/store/prisma.store.js';
import type { IntegrationStore } from '../../src/store/store.js';

export interface TemporaryStore {
  store: IntegrationStore;
  /** A second connection to what the first one stored. */
  reopen?: () => Promise<IntegrationStore>;
  remove(): Promise<void>;
}

/** A database of its own, with the tables of `prisma/tables.sql`. */
export async function createTemporaryStore(): Promise<TemporaryStore> {
  const folder = mkdtempSync(join(tmpdir(), 'acme-store-'));
  const clients: PrismaClient[] = [];
  const open = () => {
    const client = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: `file:${join(folder, 'test.db')}` }) });
    clients.push(client);
    return client;
  };
  const client = open();
  for (const statement of readFileSync('prisma/tables.sql', 'utf8').split(';')) {
    if (statement.trim() !== '') await client.$executeRawUnsafe(statement);
  }
  return {
    store: new PrismaStore(client),
    reopen: async () => new PrismaStore(open()),
    remove: async () => {
      await Promise.all(clients.map((each) => each.$disconnect()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
