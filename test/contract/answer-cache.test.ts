import { expect, it } from 'vitest';
import { answerCacheMigrations, SqliteAnswerCache } from '../../src/integrations/sqlite-answer-cache.ts';
import { databasePath, sqliteAt } from '../support/database.ts';

function openCache() {
  const path = databasePath();
  const clock = { time: 10_000, now: () => clock.time };
  const cache = new SqliteAnswerCache(sqliteAt(path, answerCacheMigrations), clock);
  /** As another process sees it. */
  const other = new SqliteAnswerCache(sqliteAt(path, answerCacheMigrations), clock);
  return { cache, clock, kept: () => other.get('scope') };
}

it('keeps the newest answer at once, and the time of one that stays the same after five seconds', async () => {
  const { cache, clock, kept } = openCache();
  await cache.put('scope', { status: 'processing' });
  clock.time = 11_000;
  await cache.put('scope', { status: 'succeeded' });
  expect(await kept()).toEqual({ answer: { status: 'succeeded' }, at: 11_000 });
  clock.time = 15_999;
  await cache.put('scope', { status: 'succeeded' });
  expect(await kept()).toEqual({ answer: { status: 'succeeded' }, at: 11_000 });
  clock.time = 16_000;
  await cache.put('scope', { status: 'succeeded' });
  expect(await kept()).toEqual({ answer: { status: 'succeeded' }, at: 16_000 });
});

it('writes again when the clock went back, and for another scope', async () => {
  const { cache, clock, kept } = openCache();
  await cache.put('scope', 1);
  clock.time = 5_000;
  await cache.put('scope', 1);
  await cache.put('other', 1);
  expect(await kept()).toEqual({ answer: 1, at: 5_000 });
  expect(await cache.get('other')).toEqual({ answer: 1, at: 5_000 });
});
