import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../src/generated/prisma/client.js';
import { MemoryStore } from '../../src/store/memory.store.js';
import { PrismaStore } from '../../src/store/prisma.store.js';
import type { IntegrationStore } from '../../src/store/store.js';

export interface TemporaryStore {
  store: IntegrationStore;
  /** A second connection to what the first one stored; absent where nothing outlives the process. */
  reopen?: () => Promise<IntegrationStore>;
  remove(): Promise<void>;
}

/** A schema of its own in the PostgreSQL database of `TEST_DATABASE_URL`; without that variable, memory. */
export async function createTemporaryStore(): Promise<TemporaryStore> {
  const { TEST_DATABASE_URL: url = '' } = process.env;
  return url === '' ? { store: new MemoryStore(), remove: async () => {} } : createSchema(url);
}

async function createSchema(connectionString: string): Promise<TemporaryStore> {
  const schema = `test_${randomBytes(8).toString('hex')}`;
  const clients: PrismaClient[] = [];
  const open = () => {
    const config = { connectionString, options: `-c search_path=${schema}` };
    const client = new PrismaClient({ adapter: new PrismaPg(config, { schema }) });
    clients.push(client);
    return client;
  };
  const client = open();
  await client.$executeRawUnsafe(`CREATE SCHEMA ${schema}`);
  for (const statement of readFileSync('prisma/tables.sql', 'utf8').split(';')) {
    if (statement.trim() !== '') await client.$executeRawUnsafe(statement);
  }
  return {
    store: new PrismaStore(client),
    reopen: async () => new PrismaStore(open()),
    remove: async () => {
      await client.$executeRawUnsafe(`DROP SCHEMA ${schema} CASCADE`);
      await Promise.all(clients.map((each) => each.$disconnect()));
    },
  };
}
