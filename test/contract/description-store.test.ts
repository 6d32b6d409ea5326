import { expect, it } from 'vitest';
import type { ApiDescription } from '../../src/openapi/api-description.ts';
import { descriptionMigrations, SqliteDescriptionStore } from '../../src/openapi/sqlite-description-store.ts';
import { databasePath, sqliteAt } from '../support/database.ts';

const DAY_MS = 24 * 3_600_000;

const describe = (title: string): ApiDescription => ({
  title,
  version: '1',
  operations: [],
  security: [],
  schemas: {},
});

it('keeps a description that is in use or was saved within a day, and no other', async () => {
  let now = 1_000;
  const path = databasePath();
  const open = () => new SqliteDescriptionStore(sqliteAt(path, descriptionMigrations), { now: () => now });
  const store = open();
  const [used, unused, again] = [
    await store.save(describe('used')),
    await store.save(describe('unused')),
    await store.save(describe('again')),
  ];
  now += DAY_MS;
  expect(await store.prune([used])).toBe(0);
  now += 1;
  // Whoever configures it now names it a moment later.
  await store.save(describe('again'));
  expect(await store.prune([used])).toBe(1);
  const other = open();
  expect([await other.get(used), await other.get(unused), await other.get(again)].map((each) => each?.title)).toEqual([
    'used',
    undefined,
    'again',
  ]);
  now += DAY_MS + 1;
  expect(await store.prune([])).toBe(2);
});
