import { describe, expect, it } from 'vitest';
import type { CreateStores } from './memory-bench.ts';
import { benchOf, ELSEWHERE, HERE, note, START } from './memory-bench.ts';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const REVIEWER = { ...HERE, agent: 'reviewer', sessionId: 'session-9' };

/** How a memory changes, is linked and goes. */
export function memoryHistoryContract(create: CreateStores): void {
  const bench = benchOf(create);
  const add = async (content: string, fields = {}, origin = HERE) =>
    (await bench.store.store(note(content, fields), origin)).memory.id;

  describe('update', () => {
    it('changes what is given, finds it by the new words only, and keeps the old version', async () => {
      const id = await add('The limit is alpha requests', { tags: ['old'], category: 'api', importance: 9 });
      bench.stores.clock.time += 1000;
      const { memory, isChanged } = await bench.stores.second.update(
        id,
        { content: 'The limit is omega requests', tags: ['new'], importance: 2 },
        REVIEWER,
      );
      expect(isChanged).toBe(true);
      expect(memory).toMatchObject({
        id,
        content: 'The limit is omega requests',
        summary: 'The limit is omega requests',
        agent: 'reviewer',
        sessionId: 'session-1',
        category: 'api',
        tags: ['new'],
        version: 2,
        createdAt: START,
        storedAt: START + 1000,
        updatedAt: START + 1000,
        timesStored: 1,
      });
      expect(await bench.store.get(id)).toEqual(memory);
      expect(await bench.search('alpha')).toEqual([]);
      expect(await bench.search('omega', { tags: ['new'], agent: 'reviewer', category: 'API' })).toHaveLength(1);
      expect(await bench.search('omega', { tags: ['old'] })).toEqual([]);
      expect(await bench.search('omega', { minImportance: 3 })).toEqual([]);
      expect(await bench.store.versions(id)).toEqual([
        {
          version: 1,
          content: 'The limit is alpha requests',
          summary: 'The limit is alpha requests',
          contextType: 'information',
          category: 'api',
          tags: ['old'],
          importance: 9,
          isGlobal: false,
          agent: 'claude-code',
          sessionId: 'session-1',
          savedAt: START,
        },
      ]);
    });

    it('makes no version of a change that changes nothing, nor of another expiry', async () => {
      const id = await add('same', { tags: ['a', 'b'] });
      expect(await bench.store.update(id, { content: 'same', tags: ['a', ' b '] }, REVIEWER)).toMatchObject({
        isChanged: false,
        memory: { version: 1, agent: 'claude-code' },
      });
      expect(await bench.store.update(id, { ttlSeconds: 60 }, HERE)).toMatchObject({
        isChanged: true,
        memory: { version: 1, expiresAt: START + 60_000 },
      });
      expect((await bench.store.update(id, { ttlSeconds: null }, HERE)).memory.expiresAt).toBeUndefined();
      expect(await bench.store.versions(id)).toEqual([]);
    });

    it('leaves the author of a text that was only labelled, and empties what is given empty', async () => {
      const id = await add('text', { category: 'api', summary: 'mine' });
      const labelled = await bench.store.update(id, { tags: ['x'], category: '', sessionId: '' }, REVIEWER);
      expect(labelled.memory).toMatchObject({ agent: 'claude-code', category: undefined, sessionId: undefined });
      expect((await bench.store.update(id, { summary: '' }, HERE)).memory.summary).toBe('text');
    });

    it('masks secrets, refuses too large a text and keeps other finders', async () => {
      const id = await add('shared fact');
      await bench.store.store(note('shared fact'), REVIEWER);
      const key = ['sk', 'live', '51H8abcdefghijklmnopqrst'].join('_');
      const { memory, redacted } = await bench.store.update(id, { content: `fact with ${key}` }, HERE);
      expect(redacted).toEqual(['stripe_key']);
      expect(memory.content).not.toContain('51H8');
      expect(await bench.search('fact', { sessionId: 'session-9' })).toHaveLength(1);
      await expect(bench.store.update(id, { content: 'x'.repeat(65_537) }, HERE)).rejects.toMatchObject({
        code: 'invalid_input',
      });
    });

    it('moves between workspace and global, and stays out of foreign workspaces', async () => {
      const id = await add('movable fact');
      await expect(bench.store.update(id, { content: 'x' }, ELSEWHERE)).rejects.toMatchObject({ code: 'not_found' });
      await bench.store.update(id, { isGlobal: true }, HERE);
      expect(await bench.search('movable', { workspace: ELSEWHERE.workspace })).toHaveLength(1);
      await bench.store.update(id, { isGlobal: false }, ELSEWHERE);
      expect(await bench.search('movable', { workspace: ELSEWHERE.workspace })).toEqual([]);
      expect(await bench.search('movable')).toHaveLength(1);
    });

    it('refuses unknown, expired and superseded memories', async () => {
      const id = await add('first');
      const successor = await add('second');
      await bench.store.update(successor, { supersedes: id }, HERE);
      expect(await bench.search('first')).toEqual([]);
      await expect(bench.store.update(id, { content: 'x' }, HERE)).rejects.toMatchObject({
        code: 'conflict',
        details: { superseded_by: successor },
      });
      const short = await add('short', { ttlSeconds: 60 });
      bench.stores.clock.time += 60_000;
      for (const gone of [UNKNOWN, short]) {
        await expect(bench.store.update(gone, { content: 'x' }, HERE)).rejects.toMatchObject({ code: 'not_found' });
      }
    });

    it('loses none of 20 parallel updates from two stores', async () => {
      const id = await add('counter');
      const sides = [bench.store, bench.stores.second];
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => sides[index % 2]?.update(id, { content: `counter c${index}d` }, HERE)),
      );
      expect((await bench.store.get(id))?.version).toBe(21);
      expect(new Set((await bench.store.versions(id)).map(({ content }) => content)).size).toBe(20);
    });
  });

  describe('restore', () => {
    it('brings an old version back as a new one', async () => {
      const id = await add('The port is 3000', { tags: ['a'] });
      await bench.store.update(id, { content: 'The port is 4000', tags: ['b'] }, REVIEWER);
      const { memory } = await bench.stores.second.restore(id, 1, REVIEWER);
      expect(memory).toMatchObject({ content: 'The port is 3000', tags: ['a'], agent: 'claude-code', version: 3 });
      expect(await bench.search('3000')).toEqual(['The port is 3000']);
      expect(await bench.search('4000')).toEqual([]);
      expect((await bench.store.restore(id, 1, HERE)).isChanged).toBe(false);
      await expect(bench.store.restore(id, 7, HERE)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('keeps the last 50 versions', async () => {
      const id = await add('v1');
      for (let version = 2; version <= 53; version += 1) {
        await bench.store.update(id, { content: `v${version}` }, HERE);
      }
      const kept = (await bench.store.versions(id)).map(({ content }) => content);
      expect(kept).toHaveLength(50);
      expect([kept[0], kept.at(-1)]).toEqual(['v52', 'v3']);
    });
  });

  describe('delete', () => {
    it('takes a memory with its versions and links away, after a dry run that does not', async () => {
      const [id, other] = [await add('doomed fact'), await add('other fact')];
      await bench.store.update(id, { content: 'doomed fact two' }, HERE);
      await bench.store.link({ fromId: other, toId: id, relationship: 'references' }, HERE);
      expect(await bench.store.delete(id, HERE.workspace, true)).toMatchObject({ deletedAt: undefined });
      expect(await bench.search('doomed')).toHaveLength(1);
      await expect(bench.store.delete(id, ELSEWHERE.workspace, false)).rejects.toMatchObject({ code: 'not_found' });
      expect(await bench.stores.second.delete(id, HERE.workspace, false)).toMatchObject({
        memories: [{ id, content: 'doomed fact two' }],
        remaining: 0,
        deletedAt: START,
      });
      expect(await bench.search('doomed')).toEqual([]);
      expect([await bench.store.get(id), await bench.store.versions(id), await bench.store.links(other)]).toEqual([
        undefined,
        [],
        [],
      ]);
      await expect(bench.store.delete(id, HERE.workspace, false)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('deletes exactly what fits every condition, superseded ones too', async () => {
      const old = await add('gone superseded', { category: 'tmp', tags: ['x'] });
      await add('gone', { category: 'TMP', tags: ['y', 'x'], supersedes: old });
      await add('other tag', { category: 'tmp', tags: ['z'] });
      await add('other category', { tags: ['x'] });
      await add('global', { category: 'tmp', tags: ['x'], isGlobal: true });
      await add('foreign', { category: 'tmp', tags: ['x'] }, ELSEWHERE);
      const later = { ...HERE, agent: 'codex' };
      bench.stores.clock.time += 1000;
      await add('too new', { category: 'tmp', tags: ['x'] }, later);
      const filter = { category: 'tmp', tags: ['x', 'unused'], until: START };
      const names = async (dryRun: boolean) =>
        (await bench.store.deleteAll(filter, HERE.workspace, dryRun)).memories.map(({ content }) => content);
      expect(await names(true)).toEqual(['gone superseded', 'gone']);
      expect(await names(false)).toEqual(['gone superseded', 'gone']);
      expect(await names(false)).toEqual([]);
      expect((await bench.search('*', { workspace: undefined })).sort()).toEqual(
        ['other tag', 'other category', 'global', 'foreign', 'too new'].sort(),
      );
      expect((await bench.store.deleteAll({ agent: 'codex' }, HERE.workspace, false)).memories).toHaveLength(1);
    });

    it('refuses a filter that fits everything', async () => {
      await add('precious');
      for (const filter of [{}, { tags: [] }, { category: ' ' }]) {
        await expect(bench.store.deleteAll(filter, HERE.workspace, false)).rejects.toMatchObject({
          code: 'invalid_input',
        });
      }
      expect(await bench.search('precious')).toHaveLength(1);
    });

    it('takes 1,000 at a time and says how many are left', async () => {
      await Promise.all(Array.from({ length: 1003 }, (_, index) => add(`bulk b${index}c`, { category: 'bulk' })));
      const run = () => bench.store.deleteAll({ category: 'bulk' }, HERE.workspace, false);
      const first = await run();
      expect([first.memories.length, first.remaining]).toEqual([1000, 3]);
      const second = await run();
      expect([second.memories.length, second.remaining]).toEqual([3, 0]);
    });
  });

  describe('links', () => {
    it('links once, shows both ends, and takes the link away once', async () => {
      const [from, to] = [await add('decision'), await add('requirement')];
      const link = { fromId: from, toId: to, relationship: 'implements' } as const;
      expect(await bench.store.link(link, REVIEWER)).toBe(true);
      expect(await bench.stores.second.link(link, HERE)).toBe(false);
      expect(await bench.store.link({ ...link, relationship: 'references' }, HERE)).toBe(true);
      const expected = { ...link, agent: 'reviewer', createdAt: START };
      expect(await bench.store.links(from)).toContainEqual(expected);
      expect(await bench.store.links(to)).toHaveLength(2);
      expect(await bench.store.unlink(link, HERE.workspace)).toBe(true);
      expect(await bench.store.unlink(link, HERE.workspace)).toBe(false);
      expect(await bench.store.links(to)).toHaveLength(1);
    });

    it('refuses a memory linked to itself, unknown and foreign ones', async () => {
      const [id, foreign] = [await add('mine'), await add('theirs', {}, ELSEWHERE)];
      const attempt = (toId: string) => bench.store.link({ fromId: id, toId, relationship: 'relates_to' }, HERE);
      await expect(attempt(id)).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(attempt(UNKNOWN)).rejects.toMatchObject({ code: 'not_found' });
      await expect(attempt(foreign)).rejects.toMatchObject({ code: 'not_found' });
    });
  });
}
