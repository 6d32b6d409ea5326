import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/prisma/client.js';
import { PrismaStore } from './prisma.store.js';

/**
 * Use the client of your own application instead when its schema holds the three models of `prisma/schema.prisma`.
 * @param databaseUrl as Prisma writes it; the adapter must be told of its `schema`, if it names one.
 */
export async function openStore(databaseUrl: string): Promise<PrismaStore> {
  const schema = new URL(databaseUrl).searchParams.get('schema') ?? 'public';
  return new PrismaStore(new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }, { schema }) }));
}
