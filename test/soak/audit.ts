import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { EffectKind } from './actions.ts';
import { customers, effect, mails, payments, refunds } from './actions.ts';
import type { Effect, Facts } from './facts.ts';
import type { Scene } from './scene.ts';
import type { Services, StripeObject } from './services.ts';

/** By then breaks, throttles and pauses must have ended by themselves, whatever the clocks did: in milliseconds. */
const RECOVERY_MS = 30_000;

/** The services are well again: what nobody has acknowledged yet is asked for until it is, as agents would, each time at another process. */
export async function settle(scenes: readonly Scene[]): Promise<void> {
  const [first] = scenes;
  if (first === undefined) return;
  const { facts } = first;
  const deadline = performance.now() + RECOVERY_MS;
  for (const kind of [payments(facts), refunds(facts), customers(facts)]) {
    for (const reference of kind.effects.keys()) await untilAcknowledged(scenes, kind, reference, deadline);
  }
  // The outcome of a mail can stay unknown for ever: one more call must not send it a second time.
  for (const [index, reference] of [...facts.mails.keys()].entries()) {
    await effect(scenes[index % scenes.length] ?? first, mails(facts), reference);
  }
  await everyEventApplied(first);
  await checkMemories(scenes);
}

async function untilAcknowledged(
  scenes: readonly Scene[],
  { effects, ...kind }: EffectKind,
  reference: string,
  deadline: number,
): Promise<void> {
  for (let turn = 0; effects.get(reference)?.id === undefined; turn += 1) {
    const scene = scenes[turn % scenes.length];
    if (scene === undefined || (turn >= scenes.length && performance.now() > deadline)) return;
    await effect(scene, { ...kind, effects }, reference);
    if (effects.get(reference)?.id === undefined) await pause(250);
  }
}

async function everyEventApplied({ server, facts }: Scene): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const answer = await server.call('list_webhook_events', { status: 'pending', limit: 1 });
    if ((answer?.body['events'] as unknown[] | undefined)?.length === 0) return;
    if (performance.now() > deadline) return facts.problem('Events were still pending 30 s after the end');
    await pause(250);
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
  if (texts?.mayBe(String(answer.body['content'])) !== true) facts.problem(`The memory ${id} says something else`);
}

/** What the services did against what was acknowledged. */
export async function auditEffects(facts: Facts, services: Services): Promise<void> {
  const intents = await services.stripeObjects('payment_intents');
  compare(facts, 'payment', facts.payments, byReference(intents));
  const refunded = await services.stripeObjects('refunds');
  const byPayment = Map.groupBy(refunded, ({ payment_intent }) => `refund-${payment_intent}`);
  compare(facts, 'refund', facts.refunds, idsOf(byPayment));
  const added = await services.stripeObjects('customers');
  compare(facts, 'customer', facts.customers, idsOf(Map.groupBy(added, ({ email }) => email.split('@')[0] ?? '')));
  services.readMails();
  const sent = new Map([...services.mails].map(([subject, ids]) => [subject, [...ids]]));
  compare(facts, 'mail', facts.mails, sent);
  for (const [reference, { id }] of [...facts.payments, ...facts.refunds, ...facts.customers]) {
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
  const repeated = new Set(
    [facts.payments, facts.refunds, facts.customers, facts.mails].flatMap((effects) => [...effects.keys()]),
  );
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
  const applied = db.prepare<[string], number>('SELECT count(*) FROM applied_event WHERE event_id = ?').pluck();
  for (const id of facts.events) {
    const times = applied.get(id);
    if (times !== 1) facts.problem(`The event ${id} was applied ${times} times`);
    const row = kept.get(id);
    if (row === undefined) facts.problem(`The event ${id} was acknowledged and is lost`);
    else if (row.n > 1) facts.problem(`The event ${id} is kept ${row.n} times`);
    else if (!/^(?:processed|ignored)$/.test(row.status)) facts.problem(`The event ${id} is ${row.status}`);
  }
}
