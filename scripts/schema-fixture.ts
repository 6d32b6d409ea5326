/**
 * `node scripts/schema-fixture.ts`: writes a database of this version, filled by its own tools, to `test/fixtures/schemas/<version>.db`. Run
 * once for each release; later versions must migrate it and answer from it (test/contract/schema-upgrade.test.ts).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import packageJson from '../package.json' with { type: 'json' };
import { createApp } from '../src/app.ts';
import { silentLog } from '../src/core/log.ts';
import { Redactor } from '../src/core/redact.ts';
import { createSecrets, parseSettings } from '../src/settings.ts';
import { callTool } from '../src/tools/call-tool.ts';
import { STORY } from '../test/support/schema-story.ts';

const folder = mkdtempSync(join(tmpdir(), 'breakwater-fixture-'));
const file = join(folder, 'fixture.db');
const env = { ...STORY.env, BREAKWATER_DB: file, BREAKWATER_WORKSPACE: STORY.workspace };
const redactor = new Redactor();
const app = createApp(parseSettings(env, folder), createSecrets(env, redactor), silentLog);

async function call(name: string, args: object): Promise<Record<string, unknown>> {
  const tool = (await app.tools.load()).find((known) => known.name === name);
  if (tool === undefined) throw new Error(`There is no tool ${name}.`);
  const context = {
    signal: new AbortController().signal,
    caller: { workspace: STORY.workspace, agent: 'fixture', sessionId: undefined },
    progress: () => {},
    confirm: async () => {},
  };
  const { structured, text } = await callTool(tool, args, context, { deps: app.deps, redactor, log: silentLog });
  if (structured === undefined) throw new Error(`${name}: ${text}`);
  return structured;
}

for (const service of ['stripe', 'sendgrid']) {
  const { url } = await call('simulate_service', { service, action: 'start' });
  await call('configure_integration', { service, base_url: url });
}
const decision = await call('store_memory', STORY.memory);
const failure = await call('store_memory', STORY.error);
await call('update_memory', { memory_id: decision['memory_id'], importance: 9 });
await call('link_memories', {
  from_memory_id: failure['memory_id'],
  to_memory_id: decision['memory_id'],
  relationship_type: 'relates_to',
});
const paid = await call('create_payment_intent', STORY.payment);
await call('refund_payment', { payment_intent_id: paid['payment_intent_id'], ...STORY.refund });
await call('send_email', STORY.mail);
await call('control_breaker', STORY.breaker);
const { url } = await call('webhook_listener', { action: 'start', port: 0 });
const secret = { provider: 'stripe', secret_env: 'STRIPE_WEBHOOK_SECRET' };
const signed = await call('sign_webhook', { ...secret, event_type: STORY.event });
const { headers, body } = signed as { headers: Record<string, string>; body: string };
const { status } = await fetch(`${url}/stripe`, { method: 'POST', headers, body });
if (status !== 200) throw new Error(`The event was answered with ${status}.`);
await call('webhook_listener', { action: 'stop' });
await app.close();

const db = new Database(file);
db.pragma('journal_mode = DELETE');
db.pragma('page_size = 1024');
db.exec('VACUUM');
const target = resolve(import.meta.dirname, `../test/fixtures/schemas/${packageJson.version}.db`);
rmSync(target, { force: true });
db.prepare('VACUUM INTO ?').run(target);
db.close();
rmSync(folder, { recursive: true });
console.log(target);
