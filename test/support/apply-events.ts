/**
 * Applies the events of so many payments and prints each event once its effect was acknowledged.
 * Arguments: database file, how many payments.
 */

import { writeSync } from 'node:fs';
import { silentLog } from '../../src/core/log.ts';
import { PaymentEffects } from '../../src/payments/effects.ts';
import { paymentMigrations } from '../../src/payments/payment-migrations.ts';
import { SqliteEventLedger } from '../../src/payments/sqlite-event-ledger.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { deliverObject } from './stripe-events.ts';
import { stripeIntegration } from './stripe-integration.ts';

const [path = '', count = '0'] = process.argv.slice(2);
const sqlite = new Sqlite({ path, migrations: paymentMigrations });
const events = new SqliteEventLedger(sqlite, { now: () => Date.now() });
const integrations = {
  list: async () => ({
    reports: [stripeIntegration({ settings: { on: { 'refund.created': 'memory' } } })],
    broken: [],
  }),
};
const memory = async ({ eventId }: { eventId: string }) => void writeSync(1, `hook ${eventId}\n`);
const effects = new PaymentEffects({ events, integrations, hooks: { memory, mail: async () => {} }, log: silentLog });
for (let number = 0; number < Number(count); number += 1) {
  const refund = {
    object: 'refund',
    id: `re_${number}`,
    amount: 100,
    currency: 'usd',
    status: 'succeeded',
    payment_intent: 'pi_1',
  };
  const { result } = await effects.apply(deliverObject('refund.created', refund, { id: `evt_${number}` }));
  writeSync(1, `${result} evt_${number}\n`);
}
await sqlite.close();
