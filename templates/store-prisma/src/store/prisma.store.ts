import { setTimeout as sleep } from 'node:timers/promises';
import type { PrismaClient } from '../generated/prisma/client.js';
import { Prisma } from '../generated/prisma/client.js';
import type { RecordChange, RecordedEvent, StoredRecord } from '../types/index.js';
import { ReferenceConflictError } from '../types/index.js';
import type { IntegrationStore, RequestState } from './store.js';
import { applyChange, parseData } from './store.js';

type Transaction = Prisma.TransactionClient;

/** Somebody else wrote the same row first (P2002), or the transactions could not be put in an order (P2034). */
const RACES = new Set(['P2002', 'P2034']);
const MAX_ATTEMPTS = 10;
/** Upper bounds of the pause after the first race and after any, in milliseconds: without pauses the same ones meet again. */
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 500;

/** Milliseconds; Prisma's own 5 seconds are too few for a batch of a thousand events. */
const OPTIONS = {
  isolationLevel: Prisma.TransactionIsolationLevel.Serializable,
  maxWait: 10_000,
  timeout: 60_000,
} as const;

/** Serializable transactions: two events of one object can arrive at two processes at once. */
export class PrismaStore implements IntegrationStore {
  readonly #prisma: PrismaClient;
  #last: Promise<unknown> = Promise.resolve();

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

  /** One at a time in this process: at once they would only make each other repeat. */
  #transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#attempt(work));
    this.#last = result.catch(() => {});
    return result;
  }

  async #attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#prisma.$transaction(work, OPTIONS);
      } catch (thrown) {
        if (!isRace(thrown) || attempt >= MAX_ATTEMPTS) throw thrown;
        await sleep(Math.random() * Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
      }
    }
  }
}

function isRace(thrown: unknown): boolean {
  if (thrown instanceof Prisma.PrismaClientKnownRequestError) return RACES.has(thrown.code);
  return thrown instanceof Error && isWriteConflict(thrown.cause);
}

/** What PostgreSQL finds out at the commit only has no Prisma code: it is thrown as the driver adapter gives it. */
function isWriteConflict(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'kind' in cause && cause.kind === 'TransactionWriteConflict';
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
