import { createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { ErrorRequestHandler, Response } from 'express';
import express from 'express';
import { onTestFinished } from 'vitest';
import { databasePath } from './database.ts';

/** Stripe webhook handlers as people write them: one that is right, and others that are wrong in one place. */
export interface Handler {
  /** Whether one signature of the header fits these bytes. Throws whatever it likes. */
  verify(signature: string, expected: string): boolean;
  /** The bytes over which the signature is computed. */
  bytesOf(body: Buffer): Buffer | string;
  signaturesOf(candidates: string[]): string[];
  toleranceS: number;
  /** Whether a request without a signature is refused. */
  needsSignature: boolean;
  /** Whether an event that is known is left alone. */
  deduplicates: boolean;
  /** Whether the older of two events yields. */
  isMonotonic: boolean;
  onDuplicate(response: Response): void;
  /** Records and answers, in the order that it thinks right. `later` does what it is given once somebody has looked at the state. */
  acknowledge(record: () => void, response: Response, later: (work: () => void) => void): void | Promise<void>;
  /** What happens to a request that is refused. */
  refuse(response: Response, error: Error): void;
  recordsRefused: boolean;
}

const correct: Handler = {
  verify: (signature, expected) =>
    signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected)),
  bytesOf: (body) => body,
  signaturesOf: (candidates) => candidates,
  toleranceS: 300,
  needsSignature: true,
  deduplicates: true,
  isMonotonic: true,
  onDuplicate: (response) => void response.json({ received: true }),
  acknowledge: (record, response) => {
    record();
    response.json({ received: true });
  },
  refuse: (response) => void response.status(400).json({ error: 'not verified' }),
  recordsRefused: false,
};

/** Longer than the tests let a handler take. */
const TOO_SLOW_MS = 1_500;

export const BROKEN = {
  verifies_parsed_json: { bytesOf: (body) => JSON.stringify(JSON.parse(body.toString())) },
  never_verifies: { verify: () => true, needsSignature: false, toleranceS: Number.POSITIVE_INFINITY },
  lets_unsigned_pass: { needsSignature: false },
  accepts_stale: { toleranceS: Number.POSITIVE_INFINITY },
  compares_the_beginning: { verify: (signature, expected) => expected.startsWith(signature) },
  compares_some_characters: { verify: (signature, expected) => signature.slice(0, 8) === expected.slice(0, 8) },
  throws_on_short_signatures: {
    verify: (signature, expected) => timingSafeEqual(Buffer.from(signature), Buffer.from(expected)),
  },
  counts_twice: { deduplicates: false },
  last_delivery_wins: { isMonotonic: false },
  is_too_slow: {
    acknowledge: async (record, response) => {
      record();
      await pause(TOO_SLOW_MS);
      response.json({ received: true });
    },
  },
  answers_first: {
    acknowledge: (record, response, later) => {
      response.json({ received: true });
      later(record);
    },
  },
  fails_on_duplicates: { onDuplicate: (response) => void response.status(500).json({ error: 'duplicate key' }) },
  leaks_a_stack: { refuse: (response, error) => void response.status(400).send(`<pre>${error.stack}</pre>`) },
  knows_one_signature: { signaturesOf: ([first = '']) => [first] },
  records_before_verifying: { recordsRefused: true },
} satisfies Record<string, Partial<Handler>>;

export type Defect = keyof typeof BROKEN;

export interface RunningHandler {
  url: URL;
  /** Answers with what it recorded. */
  stateUrl: URL;
}

export const HANDLER_SECRET = 'whsec_handlers0123456789abcdef';

/** A real server with a real database; ends with the test. */
export async function startHandler(changes: Partial<Handler> = {}): Promise<RunningHandler> {
  const handler: Handler = { ...correct, ...changes };
  const afterLook: (() => void)[] = [];
  const shop = new Shop();
  const app = express();
  app.post('/webhooks', express.raw({ type: '*/*', limit: '1mb' }), async (request, response) => {
    const body: Buffer = request.body;
    try {
      checkSignature(handler, request.get('stripe-signature') ?? '', body);
    } catch (error) {
      if (!(error instanceof NotVerified)) throw error;
      if (handler.recordsRefused) shop.count('refused');
      return handler.refuse(response, error);
    }
    const event = JSON.parse(body.toString()) as StripeEvent;
    if (shop.knows(event.id) && handler.deduplicates) return handler.onDuplicate(response);
    await handler.acknowledge(
      () => shop.apply(event, handler.isMonotonic),
      response,
      (work) => void afterLook.push(work),
    );
  });
  app.get('/state', (_request, response) => {
    response.json(shop.state());
    for (const work of afterLook.splice(0)) work();
  });
  const onError: ErrorRequestHandler = (_error, _request, response, _next) => void response.status(500).send('oops');
  app.use(onError);
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening');
  const base = `http://127.0.0.1:${address.port}`;
  return { url: new URL(`${base}/webhooks`), stateUrl: new URL(`${base}/state`) };
}

class NotVerified extends Error {}

function checkSignature(handler: Handler, header: string, body: Buffer): void {
  const entries = header.split(',').map((entry) => entry.trim());
  const values = (name: string) =>
    entries.flatMap((entry) => (entry.startsWith(name) ? [entry.slice(name.length)] : []));
  const [timestamp = ''] = values('t=');
  const candidates = values('v1=');
  if (header === '') {
    if (handler.needsSignature) throw new NotVerified('no signature');
    return;
  }
  const expected = createHmac('sha256', HANDLER_SECRET)
    .update(`${timestamp}.`)
    .update(handler.bytesOf(body))
    .digest('hex');
  const fits = handler.signaturesOf(candidates).some((signature) => handler.verify(signature, expected));
  if (!fits) throw new NotVerified('signature');
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > handler.toleranceS) throw new NotVerified('timestamp');
}

interface StripeEvent {
  id: string;
  type: string;
  created: number;
  data: { object: { id: string; status: string } };
}

/** Subscriptions as events tell of them, and mails that each event causes once. */
class Shop {
  readonly #db: Database.Database;

  constructor() {
    this.#db = new Database(databasePath());
    this.#db.exec(`
      CREATE TABLE events (id TEXT PRIMARY KEY);
      CREATE TABLE objects (id TEXT PRIMARY KEY, status TEXT, created INTEGER, updated_at TEXT);
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    `);
    onTestFinished(() => void this.#db.close());
  }

  knows(id: string): boolean {
    return this.#db.prepare('SELECT 1 FROM events WHERE id = ?').get(id) !== undefined;
  }

  count(name: string): void {
    this.#db.prepare('INSERT INTO counters VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1').run(name);
  }

  apply({ id, created, data: { object } }: StripeEvent, isMonotonic: boolean): void {
    const guard = isMonotonic ? 'WHERE excluded.created >= created' : '';
    this.#db.transaction(() => {
      this.#db.prepare('INSERT OR IGNORE INTO events VALUES (?)').run(id);
      this.#db
        .prepare(
          `INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
             status = excluded.status, created = excluded.created, updated_at = excluded.updated_at ${guard}`,
        )
        .run(object.id, object.status, created, new Date().toISOString());
      this.count('mails');
    })();
  }

  state(): object {
    const objects = this.#db.prepare('SELECT id, status, updated_at FROM objects').all() as { id: string }[];
    const counters = this.#db.prepare('SELECT name, value FROM counters').all() as { name: string; value: number }[];
    return {
      objects: Object.fromEntries(objects.map(({ id, ...fields }) => [id, fields])),
      counters: Object.fromEntries(counters.map(({ name, value }) => [name, value])),
    };
  }
}
