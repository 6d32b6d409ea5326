import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createPaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import { databasePath } from '../../support/database.ts';
import { startStripe } from '../../support/stripe-service.ts';
import { openClient } from './call-setup.ts';

const STATE = 'SELECT state FROM request';
const INPUT = { amount: 1050, currency: 'usd' };

it('keeps what the caller notes of an answer in the same commit as the end of the request', async () => {
  const stripe = await startStripe();
  const path = databasePath();
  const { client, sqlite, context } = openClient({ baseUrl: stripe.url }, { path });
  const seen: unknown[] = [];
  const write = () =>
    client.write(createPaymentIntent, INPUT, { reference: 'order-1' }, context(), async ({ amount }, replayed) =>
      (await sqlite.ledger()).write((sql) => {
        const outside = new Database(path, { readonly: true });
        seen.push({ amount, replayed, inside: sql.get(STATE), outside: outside.prepare(STATE).get() });
        outside.close();
      }),
    );
  await write();
  expect(seen).toEqual([{ amount: 1050, replayed: false, inside: { state: 'executed' }, outside: { state: 'sent' } }]);
  // From the ledger: nothing new to note.
  expect(await write()).toMatchObject({ replayed: true });
  expect(seen).toHaveLength(1);
});
