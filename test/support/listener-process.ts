/**
 * Takes part in the webhook listener of a database and prints its port once it listens, or is ready to take over. Its effects count, per
 * event, how often they were applied; once a second it prints its memory in bytes and its CPU time in ms.
 * Arguments: database file, port (0 for a free one), "start" or "follow".
 */
import { writeSync } from 'node:fs';
import { silentLog } from '../../src/core/log.ts';
import { stripeOccurrence, stripeWebhook } from '../../src/integrations/stripe/webhook.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import type { EventEffects } from '../../src/webhooks/effects.ts';
import { eventMigrations } from '../../src/webhooks/event-row.ts';
import { WebhookListener } from '../../src/webhooks/listener/listener.ts';
import { listenerMigrations, SqliteListenerRegistry } from '../../src/webhooks/listener/sqlite-listener-registry.ts';
import { SqliteEventLog } from '../../src/webhooks/sqlite-event-log.ts';
import { effectMigrations } from './effect-migrations.ts';

const [path = '', port = '0', action = 'start'] = process.argv.slice(2);
const WORKSPACE = '/projects/shop';
const sqlite = new Sqlite({ path, migrations: [...eventMigrations, ...listenerMigrations, ...effectMigrations] });

/** As `payments/effects.ts` does it: claim and effect in one transaction. */
const effects: EventEffects = {
  async apply({ eventId = '' }) {
    const ledger = await sqlite.ledger();
    const isNew = await ledger.write((sql) => {
      const claimed = sql.run('INSERT OR IGNORE INTO claim (event) VALUES (?)', [eventId]) === 1;
      if (claimed) sql.run('INSERT INTO effect (event) VALUES (?)', [eventId]);
      return claimed;
    });
    return { result: isNew ? 'applied' : 'already_applied', note: undefined };
  },
};

const secrets = { get: () => 'whsec_0123456789abcdef' };
const listener = new WebhookListener({
  registry: new SqliteListenerRegistry(sqlite),
  events: new SqliteEventLog(sqlite, secrets),
  webhooksOf: async () =>
    new Map([['stripe', { scheme: stripeWebhook, secretNames: ['SECRET'], occurrence: stripeOccurrence }]]),
  secrets,
  certificates: { get: async () => ({ problem: 'None here.' }) },
  effects: [effects],
  workspace: WORKSPACE,
  clock: { now: () => Date.now() },
  log: silentLog,
});
listener.watch(() => true);
const route = {
  workspace: WORKSPACE,
  path: '/stripe',
  provider: 'stripe',
  secretEnv: undefined,
  forwardTo: undefined,
  forwardUnverified: false,
  publicUrl: undefined,
};
const status = action === 'start' ? await listener.start(Number(port), [route]) : await listener.status();
writeSync(1, `${status.port}\n`);
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// The port alone keeps no process alive.
setInterval(() => writeSync(1, `${process.memoryUsage.rss()} ${cpuMs()}\n`), 1_000);
