import { copyFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { migrations } from '../../src/app.ts';
import { applyMigrations } from '../../src/storage/migrations.ts';
import type { InMemoryServer } from '../e2e/in-memory-server.ts';
import { connectInMemory } from '../e2e/in-memory-server.ts';
import { databasePath } from '../support/database.ts';
import { STORY } from '../support/schema-story.ts';
import { fail, succeed } from '../support/server-process.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/schemas');
const released = readdirSync(FIXTURES).filter((name) => name.endsWith('.db'));

/** The server on a copy of a database of that version. */
async function openCopy(name: string): Promise<InMemoryServer & { path: string }> {
  const path = databasePath();
  copyFileSync(join(FIXTURES, name), path);
  return { ...(await connectInMemory({ databasePath: path, env: STORY.env })), path };
}

/** What the database consists of; statistics of the planner and internal tables apart. */
function schemaOf(path: string): unknown[] {
  const db = new Database(path, { readonly: true });
  const schema = db
    .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
    .all();
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
  return schema;
}

function freshSchema(): unknown[] {
  const path = databasePath();
  const db = new Database(path);
  applyMigrations(db, migrations, 0);
  db.close();
  return schemaOf(path);
}

it('there is a database of this version', () => {
  expect(released, 'node scripts/schema-fixture.ts makes it').toContain(`${packageJson.version}.db`);
});

describe.each(released)('a database of %s', (name) => {
  it('becomes what a new one is: no migration that was released has changed', async () => {
    const server = await openCopy(name);
    await succeed(server, 'search_memories', { query: 'payments' });
    expect(schemaOf(server.path)).toEqual(freshSchema());
  });

  it('answers from everything that was stored in it', async () => {
    const server = await openCopy(name);
    const { results } = await succeed(server, 'search_memories', { query: 'stripe prices', output_mode: 'full' });
    const [memory] = results as { memory_id: string; content: string }[];
    expect(memory).toMatchObject({ content: STORY.memory.content, importance: 9, category: 'decisions' });
    expect(
      await succeed(server, 'get_memory', { memory_id: memory?.memory_id, include: ['versions', 'links'] }),
    ).toMatchObject({
      content: STORY.memory.content,
      versions: [{ version: 1 }],
      links: [{ relationship_type: 'relates_to' }],
    });
    expect(await succeed(server, 'list_integrations')).toMatchObject({
      integrations: [{ name: 'sendgrid' }, { name: 'stripe' }],
      broken: [],
    });
    expect(await succeed(server, 'list_webhook_events', { include: ['attempts'] })).toMatchObject({
      events: [{ provider: 'stripe', event_type: STORY.event }],
    });
    expect(await succeed(server, 'breaker_status', { integration: 'stripe' })).toMatchObject({
      breakers: expect.arrayContaining([expect.objectContaining({ state: 'forced_open' })]),
    });
  });

  it('repeats no effect: what was done is answered from its ledgers', async () => {
    const server = await openCopy(name);
    const paid = await succeed(server, 'create_payment_intent', STORY.payment);
    expect(paid).toMatchObject({ replayed: true, status: 'succeeded', amount: 1050 });
    const refund = { payment_intent_id: paid['payment_intent_id'], ...STORY.refund };
    expect(await succeed(server, 'refund_payment', refund)).toMatchObject({ replayed: true, status: 'succeeded' });
    expect(await succeed(server, 'send_email', STORY.mail)).toMatchObject({ replayed: true, accepted: true });
    expect(await fail(server, 'create_payment_intent', { ...STORY.payment, amount: 2000 })).toMatchObject({
      code: 'conflict',
    });
  });

  it('takes new entries', async () => {
    const server = await openCopy(name);
    await succeed(server, 'store_memory', { content: 'Written after the upgrade' });
    expect(await succeed(server, 'search_memories', { query: 'after the upgrade' })).toMatchObject({ count: 1 });
    expect(await succeed(server, 'configure_integration', { service: 'github' })).toMatchObject({ saved: true });
  });
});

describe('a database that has only the first step of each part', () => {
  it('is brought forward with its rows and answers from them', async () => {
    const path = databasePath();
    const first = migrations.filter(({ id }) => id.endsWith('-001'));
    expect(first.length).toBeLessThan(migrations.length);
    const db = new Database(path);
    applyMigrations(db, first, 0);
    copyRows(db, join(FIXTURES, '0.1.0.db'));
    const memory = db.prepare('SELECT id FROM memory WHERE content = ?').pluck().get(STORY.memory.content);
    db.close();
    const server = await connectInMemory({ databasePath: path, env: STORY.env });
    expect(await succeed(server, 'list_integrations')).toMatchObject({
      integrations: [{ name: 'sendgrid' }, { name: 'stripe' }],
    });
    expect(await succeed(server, 'get_memory', { memory_id: memory })).toMatchObject({ content: STORY.memory.content });
    expect(await succeed(server, 'create_payment_intent', STORY.payment)).toMatchObject({ replayed: true });
    expect(schemaOf(path)).toEqual(freshSchema());
  });
});

/** The rows of every ordinary table of `db`, as far as it has their columns. */
function copyRows(db: Database.Database, from: string): void {
  db.prepare('ATTACH ? AS later').run(from);
  const tables = db.prepare(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration'",
  );
  for (const name of tables.pluck().all()) {
    const columns = db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name).join(', ');
    db.exec(`INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM later.${name}`);
  }
  db.exec('DETACH later');
}
