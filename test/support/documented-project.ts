import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { catalogue } from '../../src/integrations/catalogue.ts';
import { Integrations } from '../../src/integrations/integrations.ts';
import { integrationMigrations, SqliteIntegrationStore } from '../../src/integrations/sqlite-integration-store.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { callCommand, startCommand } from './run-command.ts';
import { onTestEnd } from './server-process.ts';

/** The handler of docs/cli.md. */
const HANDLER_PORT = 4933;
const DOCUMENTED_ID = /\b01M84[0-9A-Z]{21}\b/g;

export interface DocumentedProject {
  env: Record<string, string>;
  /** A command with the id of the event that is there in place of the documented one. */
  withIds(command: string): string;
}

/** What docs/cli.md looks at: two integrations, of which one lacks its keys, an event of Stripe, and a handler that takes everything. */
export async function prepareDocumentedProject(home: string, project: string): Promise<DocumentedProject> {
  const env = {
    BREAKWATER_DB: join(home, 'breakwater.db'),
    BREAKWATER_WORKSPACE: project,
    STRIPE_SECRET_KEY: 'sk_test_51BreakwaterDocuments01',
    STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
  };
  const sqlite = new Sqlite({ path: env.BREAKWATER_DB, migrations: integrationMigrations });
  const store = new SqliteIntegrationStore(sqlite, systemClock);
  const integrations = new Integrations({ store, catalogue, secrets: { get: () => undefined }, allowLive: false });
  for (const service of ['stripe', 'github']) await integrations.configure(project, service, undefined, {});
  await sqlite.close();
  await startHandler();
  const id = await receiveEvent(project, env);
  return { env, withIds: (command) => command.replaceAll(DOCUMENTED_ID, id) };
}

async function startHandler(): Promise<void> {
  const handler = createServer((request, response) => request.resume().once('end', () => response.end('ok')));
  await once(handler.listen(HANDLER_PORT, '127.0.0.1'), 'listening');
  onTestEnd(() => {
    handler.closeAllConnections();
    handler.close();
  });
}

/** The id under which the log keeps it. */
async function receiveEvent(project: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { child, next } = startCommand(project, ['webhooks', 'listen', 'stripe', '--port', '0', '--json'], env);
  const { url } = JSON.parse(await next()) as { url: string };
  const body = JSON.stringify({ id: 'evt_1', object: 'event', type: 'payment_intent.succeeded' });
  const atS = Math.floor(Date.now() / 1000);
  const v1 = createHmac('sha256', env['STRIPE_WEBHOOK_SECRET'] ?? '')
    .update(`${atS}.${body}`)
    .digest('hex');
  await fetch(`${url}/stripe`, { method: 'POST', body, headers: { 'stripe-signature': `t=${atS},v1=${v1}` } });
  child.kill('SIGINT');
  await once(child, 'exit');
  const { stdout } = await callCommand(project, ['webhooks', 'list', '--json'], env);
  const [event] = (JSON.parse(stdout) as { events: { id: string }[] }).events;
  if (event === undefined) throw new Error('The listener kept no event');
  return event.id;
}
