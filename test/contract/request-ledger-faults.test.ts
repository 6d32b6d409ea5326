import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { requestMigrations, SqliteRequestLedger } from '../../src/integrations/sqlite-request-ledger.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { ANSWER, begin, kindOf, plan } from './request-ledgers.ts';

const clock = { now: () => 1_800_000_000_000 };

function open(path = databasePath()) {
  const sqlite = sqliteAt(path, requestMigrations);
  return { path, sqlite, ledger: new SqliteRequestLedger(sqlite, clock) };
}

it('an answer that a full disk kept out is recorded as soon as there is room', async () => {
  const { path, sqlite, ledger } = open();
  const limitPages = async (pages: number) =>
    (await sqlite.ledger()).read(({ db }) => db.pragma(`max_page_count = ${pages}`));
  const record = await begin(ledger);
  await limitPages(1);
  const answer = { ...ANSWER, text: 'x'.repeat(100_000) };
  const end = { state: 'executed', answer, attempts: 1 } as const;
  await expect(ledger.end(record, end)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await ledger.peek(plan())).record?.state).toBe('sent');
  await limitPages(1_000_000);
  expect(await ledger.peek(plan())).toMatchObject({ record: { state: 'executed', answer } });
  expect(await kindOf(open(path).ledger.begin(plan()))).toBe('replay');
});

it('an answer that comes after the file was replaced is entered anew, and never given to another request', async () => {
  const { path, ledger } = open();
  const { ledger: other } = open(path);
  const record = await begin(ledger);
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix);
  const newcomer = open(path).ledger;
  const elsewhere = plan({ reference: 'order-2', arguments: { amount: 7 } });
  expect((await begin(newcomer, elsewhere)).id).toBe(record.id);
  await ledger.end(record, { state: 'executed', answer: ANSWER, attempts: 1 });
  expect((await newcomer.peek(elsewhere)).record?.state).toBe('sent');
  expect(await other.begin(plan())).toMatchObject({ kind: 'replay', record: { answer: ANSWER, reference: 'order-1' } });
});

it('a failure that comes after the file was replaced leaves no trace', async () => {
  const { path, ledger } = open();
  const record = await begin(ledger);
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix);
  await ledger.end(record, { state: 'unknown', error: 'timeout', attempts: 1 });
  expect((await ledger.peek(plan())).record).toBeUndefined();
});
