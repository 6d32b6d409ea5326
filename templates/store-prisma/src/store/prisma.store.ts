import type { PrismaClient } from '../generated/prisma/client.js';
import { Prisma } from '../generated/prisma/client.js';
import type { RecordChange, RecordedEvent, StoredRecord } from '../types/index.js';
import { ReferenceConflictError } from '../types/index.js';
import type { IntegrationStore, RequestState } from './store.js';
import { applyChange, parseData } from './store.js';

type Transaction = Prisma.TransactionClient;

/** Somebody else wrote the same row first (P2002), or the transactions could not be put in an order (P2034). */
const RACES = new Set(['P2002', 'P2034']);
const MAX_ATTEMPTS = 5;

/** Serializable transactions: two events of one object can arrive at two processes at once. */
export class PrismaStore implements IntegrationStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async record(events: readonly RecordedEvent[]): Promise<readonly string[]> {
    return this.#transaction(async (tx) => {
      const added: string[] = [];
      for (const event of events) {
        if (await recordOne(tx, event)) added.push(event.id);
      }
      return added;
    });
  }

  async find(kind: string, id: string): Promise<StoredRecord | undefined> {
    return find(this.#prisma, kind, id);
  }

  async beginRequest(reference: string, fingerprint: string): Promise<RequestState> {
    return this.#transaction(async (tx): Promise<RequestState> => {
      const known = await tx.integrationRequest.findUnique({ where: { reference } });
      if (known === null) {
        await tx.integrationRequest.create({ data: { reference, fingerprint, startedAtMs: BigInt(Date.now()) } });
        return { state: 'new' };
      }
      if (known.fingerprint !== fingerprint) throw new ReferenceConflictError();
      if (known.result !== null) return { state: 'done', result: known.result };
      return { state: 'pending', startedAtMs: Number(known.startedAtMs) };
    });
  }

  async finishRequest(reference: string, result: string): Promise<void> {
    await this.#prisma.integrationRequest.updateMany({ where: { reference }, data: { result } });
  }

  async abandonRequest(reference: string): Promise<void> {
    await this.#prisma.integrationRequest.deleteMany({ where: { reference, result: null } });
  }

  async close(): Promise<void> {
    await this.#prisma.$disconnect();
  }

  async #transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#prisma.$transaction(work, { isolationLevel: Prisma.TransactionIsolationLevel.Serializable });
      } catch (thrown) {
        if (!isRace(thrown) || attempt >= MAX_ATTEMPTS) throw thrown;
      }
    }
  }
}

function isRace(thrown: unknown): boolean {
  return thrown instanceof Prisma.PrismaClientKnownRequestError && RACES.has(thrown.code);
}

async function recordOne(tx: Transaction, event: RecordedEvent): Promise<boolean> {
  const { id, type, change } = event;
  if ((await tx.integrationEvent.findUnique({ where: { id }, select: { id: true } })) !== null) return false;
  await tx.integrationEvent.create({
    data: { id, type, occurredAtMs: BigInt(event.occurredAtMs), receivedAtMs: BigInt(Date.now()) },
  });
  if (change !== undefined) await apply(tx, event, change);
  return true;
}

async function apply(tx: Transaction, event: RecordedEvent, change: RecordChange): Promise<void> {
  const next = applyChange(await find(tx, change.kind, change.id), event, change);
  if (next === undefined) return;
  const { kind, id } = next;
  const row = { ...next, data: JSON.stringify(next.data), occurredAtMs: BigInt(next.occurredAtMs) };
  await tx.integrationRecord.upsert({ where: { kind_id: { kind, id } }, create: row, update: row });
}

async function find(tx: Transaction, kind: string, id: string): Promise<StoredRecord | undefined> {
  const row = await tx.integrationRecord.findUnique({ where: { kind_id: { kind, id } } });
  return row === null ? undefined : { ...row, occurredAtMs: Number(row.occurredAtMs), data: parseData(row.data) };
}
