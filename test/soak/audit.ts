import { readdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Scene } from './actions.ts';
import { effect, mails, payments, refunds } from './actions.ts';
import type { Effect, Facts } from './facts.ts';
import type { Services, StripeObject } from './services.ts';

/** The service is well again: what nobody has acknowledged yet is asked for until it is, as an agent would. */
export async function settle(scenes: readonly Scene[]): Promise<void> {
  const [first] = scenes;
  if (first === undefined) return;
  const { facts, server } = first;
  for (const integration of ['stripe', 'sendgrid', 'slack', 'github']) {
    await server.call('control_breaker', { integration, action: 'reset', reason: 'the end of the soak' });
  }
  for (const kind of [payments(facts), refunds(facts)]) {
    for (const [reference, { id }] of kind.effects) if (id === undefined) await effect(first, kind, reference);
  }
  // The outcome of a mail can stay unknown for ever: one more call must not send it a second time.
  for (const reference of facts.mails.keys()) await effect(first, mails(facts), reference);
  await everyEventApplied(first);
  await checkMemories(scenes);
}

async function everyEventApplied({ server, facts }: Scene): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const answer = await server.call('list_webhook_events', { status: 'pending', limit: 1 });
    if ((answer?.body['events'] as unknown[] | undefined)?.length === 0) return;
    if (performance.now() > deadline) return facts.problem('Events were still pending 30 s after the end');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Each is asked for at another process than the one before. */
async function checkMemories(scenes: readonly Scene[]): Promise<void> {
  const ids = scenes[0]?.facts.memories.keys() ?? [];
  for (const [index, id] of [...ids].entries()) {
    const scene = scenes[index % scenes.length];
    if (scene !== undefined) await checkMemory(scene, id);
  }
}

async function checkMemory({ server, facts }: Scene, id: string): Promise<void> {
  const answer = await server.call('get_memory', { memory_id: id });
  const fate = facts.deleted.get(id);
  if (answer?.isError !== false) {
    if (fate !== undefined) return;
    return facts.problem(`The memory ${id} was acknowledged and is lost: ${JSON.stringify(answer?.body)}`);
  }
  if (fate === 'yes') facts.problem(`The memory ${id} was deleted and is there`);
  const texts = facts.memories.get(id);
  if (!texts?.has(String(answer.body['content']))) facts.problem(`The memory ${id} says something else`);
}

/** What the services did against what was acknowledged. */
export async function auditEffects(facts: Facts, services: Services): Promise<void> {
  const intents = await services.stripeObjects('payment_intents');
  compare(facts, 'payment', facts.payments, byReference(intents));
  const refunded = await services.stripeObjects('refunds');
  const byPayment = Map.groupBy(refunded, ({ payment_intent }) => `refund-${payment_intent}`);
  compare(facts, 'refund', facts.refunds, idsOf(byPayment));
  services.readMails();
  const sent = new Map([...services.mails].map(([subject, ids]) => [subject, [...ids]]));
  compare(facts, 'mail', facts.mails, sent);
  for (const [reference, { id }] of [...facts.payments, ...facts.refunds]) {
    if (id === undefined) facts.problem(`${reference} was not acknowledged even after the end`);
  }
}

function byReference(objects: readonly StripeObject[]): Map<string, string[]> {
  return idsOf(Map.groupBy(objects, ({ metadata }) => metadata['breakwater_reference'] ?? 'without a reference'));
}

function idsOf(groups: Map<string, StripeObject[]>): Map<string, string[]> {
  return new Map([...groups].map(([key, objects]) => [key, objects.map(({ id }) => id)]));
}

function compare(
  facts: Facts,
  what: string,
  effects: ReadonlyMap<string, Effect>,
  made: ReadonlyMap<string, readonly string[]>,
): void {
  for (const [reference, ids] of made) {
    if (!effects.has(reference)) facts.problem(`A ${what} that nobody asked for: ${reference}`);
    if (ids.length > 1) facts.problem(`The ${what} ${reference} was made ${ids.length} times`);
  }
  for (const [reference, { id }] of effects) {
    if (id !== undefined && !made.get(reference)?.includes(id)) {
      facts.problem(`The ${what} ${reference} was acknowledged as ${id}, the service has ${made.get(reference)}`);
    }
  }
}

/** The file itself, after the last process has closed it. */
export function auditDatabase(facts: Facts, folder: string, path: string): void {
  const damaged = readdirSync(folder).filter((name) => name.includes('.damaged-'));
  if (damaged.length > 0) facts.problem(`The database was found damaged: ${damaged}`);
  const db = new Database(path, { readonly: true });
  const check = db.pragma('integrity_check', { simple: true });
  if (check !== 'ok') facts.problem(`integrity_check: ${check}`);
  auditEvents(facts, db);
  const sent = db.prepare<[], string>("SELECT reference FROM request WHERE state = 'sent'").pluck().all();
  // What nobody has repeated after a kill may stay as it was begun.
  const repeated = new Set([...facts.payments.keys(), ...facts.refunds.keys(), ...facts.mails.keys()]);
  for (const reference of sent) {
    if (repeated.has(reference)) facts.problem(`${reference} is still marked as being sent`);
  }
  db.close();
}

function auditEvents(facts: Facts, db: Database.Database): void {
  const rows = db
    .prepare<[], { event_id: string; status: string; n: number }>(
      "SELECT event_id, min(status) AS status, count(*) AS n FROM webhook_event WHERE status <> 'unverified' GROUP BY event_id",
    )
    .all();
  const kept = new Map(rows.map((row) => [row.event_id, row]));
  for (const id of facts.events) {
    const row = kept.get(id);
    if (row === undefined) facts.problem(`The event ${id} was acknowledged and is lost`);
    else if (row.n > 1) facts.problem(`The event ${id} is kept ${row.n} times`);
    else if (!/^(?:processed|ignored)$/.test(row.status)) facts.problem(`The event ${id} is ${row.status}`);
  }
}
