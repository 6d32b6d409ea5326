import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/prisma/client.js';
import { PrismaStore } from './prisma.store.js';

/** Use the client of your own application instead when its schema holds the three models of `prisma/schema.prisma`. */
export async function openStore(databaseUrl: string): Promise<PrismaStore> {
  return new PrismaStore(new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) }));
}
