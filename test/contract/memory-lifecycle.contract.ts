import { describe, expect, it } from 'vitest';
import type { NewMemory, Origin } from '../../src/memory/memory.ts';
import type { CreateStores } from './memory-bench.ts';
import { benchOf, DAY_MS, ELSEWHERE, HERE, note, START } from './memory-bench.ts';

/** What happens to a memory that is stored again, corrected or over. */
export function memoryLifecycleContract(create: CreateStores): void {
  const bench = benchOf(create);

  describe('duplicates', () => {
    it('refreshes the memory that says the same instead of adding one', async () => {
      const first = await bench.store.store(
        note('We decided to retry Stripe calls with backoff.', { tags: ['stripe'] }),
        HERE,
      );
      bench.stores.clock.time += DAY_MS;
      const again = await bench.stores.second.store(
        note('We decided: to retry the Stripe calls, with backoff!', { tags: ['retry'], importance: 9 }),
        { ...HERE, agent: 'reviewer', sessionId: 'session-9' },
      );
      expect(again.duplicateOf).toBe(first.memory.id);
      expect(again.memory).toMatchObject({
        id: first.memory.id,
        content: 'We decided to retry Stripe calls with backoff.',
        agent: 'claude-code',
        tags: ['stripe', 'retry'],
        importance: 9,
        timesStored: 2,
        createdAt: START,
        storedAt: START + DAY_MS,
      });
      for (const query of [
        { tags: ['retry'] },
        { sessionId: 'session-9' },
        { agent: 'reviewer' },
        { minImportance: 9 },
      ]) {
        expect(await bench.search('retry stripe backoff', query), JSON.stringify(query)).toContain(
          first.memory.content,
        );
      }
    });

    it('does not mistake a changed fact, another scope, type or category for a duplicate', async () => {
      const content = 'Retry Stripe calls 3 times';
      await bench.store.store(note(content), HERE);
      const others: [NewMemory, Origin][] = [
        [note('Retry Stripe calls 5 times'), HERE],
        [note('Do not retry Stripe calls 3 times'), HERE],
        [note('Retry Stripe calls 3 times?'), HERE],
        [note(content), ELSEWHERE],
        [note(content, { isGlobal: true }), HERE],
        [note(content, { category: 'backend' }), HERE],
        [note(content, { contextType: 'decision' }), HERE],
      ];
      for (const [memory, origin] of others) {
        expect((await bench.store.store(memory, origin)).duplicateOf, memory.content).toBeUndefined();
      }
    });

    it('takes on a new summary, finds by it, and keeps the old one as a version', async () => {
      const first = await bench.store.store(note('Retry three times', { summary: 'omega' }), HERE);
      bench.stores.clock.time += DAY_MS;
      const again = await bench.store.store(note('retry three times.', { summary: 'alpha' }), HERE);
      expect(again.memory).toMatchObject({ summary: 'alpha', version: 2, updatedAt: START + DAY_MS, timesStored: 2 });
      expect(await bench.search('alpha')).toEqual(['Retry three times']);
      expect(await bench.search('omega')).toEqual([]);
      const versions = await bench.store.versions(first.memory.id);
      expect(versions.map(({ version, summary }) => [version, summary])).toEqual([[1, 'omega']]);
    });

    it.each([undefined, 'mine'])('keeps its summary when the same is stored with the summary %j', async (summary) => {
      const { memory } = await bench.store.store(note('Retry three times', { summary: 'mine' }), HERE);
      const again = await bench.store.store(note('retry three times.', { summary }), HERE);
      expect(again.memory).toMatchObject({ summary: 'mine', version: 1, timesStored: 2 });
      expect(await bench.store.versions(memory.id)).toEqual([]);
    });

    it('keeps one row of 20 equal parallel stores from two stores, and counts them', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? bench.stores.second : bench.store).store(note('one and the same'), HERE),
        ),
      );
      expect(new Set(results.map(({ memory }) => memory.id)).size).toBe(1);
      expect(results.filter(({ duplicateOf }) => duplicateOf === undefined)).toHaveLength(1);
      expect((await bench.store.recent(HERE.workspace, 10)).map(({ timesStored }) => timesStored)).toEqual([20]);
    });
  });

  describe('supersedes', () => {
    it('takes the old memory out of searches and keeps it readable', async () => {
      const old = await bench.store.store(note('The webhook tolerance is 300 seconds', { importance: 10 }), HERE);
      const corrected = await bench.store.store(
        note('The webhook tolerance is 120 seconds', { supersedes: old.memory.id }),
        HERE,
      );
      expect(await bench.search('webhook tolerance seconds')).toEqual(['The webhook tolerance is 120 seconds']);
      expect(await bench.search('*')).toEqual(['The webhook tolerance is 120 seconds']);
      expect((await bench.store.recent(HERE.workspace, 10)).map(({ id }) => id)).toEqual([corrected.memory.id]);
      expect(await bench.store.get(old.memory.id)).toMatchObject({ supersededBy: corrected.memory.id });
    });

    it('may be repeated, also after a lost answer', async () => {
      const old = await bench.store.store(note('port 3000'), HERE);
      const first = await bench.store.store(note('port 4000', { supersedes: old.memory.id }), HERE);
      const again = await bench.store.store(note('port 4000', { supersedes: old.memory.id }), HERE);
      expect(again.duplicateOf).toBe(first.memory.id);
    });

    it('refuses an unknown, a foreign and an already superseded memory, and stores nothing then', async () => {
      const old = await bench.store.store(note('first'), HERE);
      const foreign = await bench.store.store(note('foreign'), ELSEWHERE);
      const current = await bench.store.store(note('second', { supersedes: old.memory.id }), HERE);
      const attempt = (supersedes: string) => bench.store.store(note('third', { supersedes }), HERE);
      await expect(attempt('01ARZ3NDEKTSV4RRFFQ69G5FAV')).rejects.toMatchObject({ code: 'not_found' });
      await expect(attempt(foreign.memory.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(attempt(old.memory.id)).rejects.toMatchObject({
        code: 'conflict',
        details: { superseded_by: current.memory.id },
      });
      expect(await bench.search('third')).toEqual([]);
    });

    it('replaces a memory by one with the same text under another label', async () => {
      const old = await bench.store.store(note('same text'), HERE);
      const labelled = await bench.store.store(note('same text', { supersedes: old.memory.id, importance: 9 }), HERE);
      expect(labelled.duplicateOf).toBeUndefined();
      expect((await bench.store.recent(HERE.workspace, 10)).map(({ id }) => id)).toEqual([labelled.memory.id]);
    });
  });

  describe('time to live', () => {
    it('never finds an expired memory, from the very millisecond on', async () => {
      const { memory } = await bench.store.store(note('temporary freeze of deploys', { ttlSeconds: 60 }), HERE);
      bench.stores.clock.time = START + 59_999;
      expect(await bench.search('freeze')).toHaveLength(1);
      expect(await bench.store.get(memory.id)).toBeDefined();
      bench.stores.clock.time = START + 60_000;
      expect(await bench.search('freeze')).toEqual([]);
      expect(await bench.search('*')).toEqual([]);
      expect(await bench.store.get(memory.id)).toBeUndefined();
      expect(await bench.store.recent(HERE.workspace, 10)).toEqual([]);
    });

    it('stores anew what has expired, and lives on when stored again without an end', async () => {
      // More expired ones than a store clears away at a time.
      for (let index = 0; index < 60; index += 1)
        await bench.store.store(note(`gone g${index}h`, { ttlSeconds: 60 }), HERE);
      const first = await bench.store.store(note('freeze', { ttlSeconds: 60 }), HERE);
      bench.stores.clock.time += 60_000;
      const second = await bench.store.store(note('freeze', { ttlSeconds: 60 }), HERE);
      expect(second.duplicateOf).toBeUndefined();
      expect(second.memory.id).not.toBe(first.memory.id);
      await bench.store.store(note('freeze'), HERE);
      bench.stores.clock.time += 10 * DAY_MS;
      expect(await bench.search('freeze')).toEqual(['freeze']);
    });
  });
}
