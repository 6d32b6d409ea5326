import { describe, expect, it } from 'vitest';
import type { Origin } from '../../src/memory/memory.ts';
import type { CreateStores } from './memory-bench.ts';
import { benchOf, ELSEWHERE, HERE, note, START } from './memory-bench.ts';
import { memoryHistoryContract } from './memory-history.contract.ts';
import { memoryLifecycleContract } from './memory-lifecycle.contract.ts';
import { memorySearchContract } from './memory-search.contract.ts';

/** What every adapter of `MemoryStore` promises. */
export function memoryStoreContract(name: string, create: CreateStores): void {
  describe(`MemoryStore contract: ${name}`, () => {
    describe('storing', () => storingContract(create));
    describe('changing', () => memoryHistoryContract(create));
    describe('life', () => memoryLifecycleContract(create));
    describe('finding', () => memorySearchContract(create));
  });
}

function storingContract(create: CreateStores): void {
  const bench = benchOf(create);

  describe('store and get', () => {
    it('keeps every field', async () => {
      const { memory, duplicateOf, redacted } = await bench.store.store(
        note('Use idempotency keys for every charge', {
          contextType: 'decision',
          category: 'payments',
          tags: ['stripe', 'retry'],
          importance: 8,
          summary: 'Idempotency keys',
          ttlSeconds: 3600,
          isGlobal: true,
        }),
        HERE,
      );
      expect(memory).toEqual({
        id: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
        content: 'Use idempotency keys for every charge',
        summary: 'Idempotency keys',
        contextType: 'decision',
        category: 'payments',
        tags: ['stripe', 'retry'],
        importance: 8,
        workspace: '/projects/shop',
        isGlobal: true,
        agent: 'claude-code',
        sessionId: 'session-1',
        createdAt: START,
        storedAt: START,
        timesStored: 1,
        expiresAt: START + 3_600_000,
        supersededBy: undefined,
        version: 1,
        updatedAt: undefined,
      });
      expect(duplicateOf).toBeUndefined();
      expect(redacted).toEqual([]);
      expect(await bench.store.get(memory.id)).toEqual(memory);
    });

    it('makes the summary from the first 100 characters', async () => {
      const long = `${'x'.repeat(99)}yz`;
      expect((await bench.store.store(note(long), HERE)).memory.summary).toBe(`${'x'.repeat(99)}y...`);
      expect((await bench.store.store(note('short'), HERE)).memory.summary).toBe('short');
    });

    it('knows nothing under an unknown id', async () => {
      expect(await bench.store.get('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBeUndefined();
      expect(await bench.store.get("' OR 1=1 --")).toBeUndefined();
    });

    it('takes 65,536 bytes and refuses one more, without a trace', async () => {
      const full = `needle ${'é'.repeat(32_764)}x`;
      expect(Buffer.byteLength(full)).toBe(65_536);
      await bench.store.store(note(full), HERE);
      await expect(bench.store.store(note(`${full}x`), HERE)).rejects.toMatchObject({
        code: 'invalid_input',
        message: 'The content has 65537 bytes; a memory holds at most 65536.',
      });
      expect(await bench.search('needle')).toHaveLength(1);
    });

    it('keeps 20 parallel stores, each findable at once', async () => {
      const contents = Array.from({ length: 20 }, (_, index) => `parallel decision number n${index}x`);
      const results = await Promise.all(
        contents.map((content, index) => (index % 2 ? bench.stores.second : bench.store).store(note(content), HERE)),
      );
      expect(new Set(results.map(({ memory }) => memory.id)).size).toBe(20);
      expect((await bench.search('parallel decision', { limit: 100 })).sort()).toEqual([...contents].sort());
    });

    it('lets each store see what the other wrote, at the next search', async () => {
      await bench.store.search({ text: 'breaker', workspace: HERE.workspace, limit: 5 });
      await bench.stores.second.store(note('The circuit breaker opens after five failures'), HERE);
      expect(await bench.search('breaker')).toEqual(['The circuit breaker opens after five failures']);
      await bench.store.store(note('The breaker probes after ten seconds'), HERE);
      const { hits } = await bench.stores.second.search({
        text: 'breaker probes',
        workspace: HERE.workspace,
        limit: 1,
      });
      expect(hits[0]?.memory.content).toBe('The breaker probes after ten seconds');
    });

    it('hands out text without control characters and terminal escapes', async () => {
      const { memory } = await bench.store.store(
        note('\u001b[31mred\u001b[0m\u0007 \u202eevil\u202c\u001b line\n\ttab', {
          tags: ['a\u001bb'],
          category: 'c\u0000d',
        }),
        HERE,
      );
      expect(memory.content).toBe('red␇ evil␛ line\n\ttab');
      expect(memory.tags).toEqual(['a␛b']);
      expect(memory.category).toBe('c␀d');
      expect((await bench.store.search({ text: 'red', workspace: HERE.workspace, limit: 1 })).hits[0]?.excerpt).toBe(
        memory.content,
      );
    });
  });

  describe('secrets', () => {
    it('masks them in every field and says which kinds', async () => {
      const key = ['sk', 'live', '51H8abcdefghijklmnopqrst'].join('_');
      const { memory, redacted } = await bench.store.store(
        note(JSON.stringify({ service: 'stripe', key, url: 'postgres://app:hunter2@db/shop' }), {
          summary: `key ${key}`,
          category: key,
          tags: [key, 'stripe'],
        }),
        HERE,
      );
      expect(redacted.sort()).toEqual(['stripe_key', 'url_credentials']);
      expect(JSON.stringify(memory)).not.toContain('51H8');
      expect(JSON.stringify(memory)).not.toContain('hunter2');
      expect(await bench.search('stripe')).toHaveLength(1);
      expect(await bench.search('51H8abcdefghijklmnopqrst hunter2')).toEqual([]);
    });

    it('sees through JSON escapes', async () => {
      const { memory, redacted } = await bench.store.store(
        note('{"key":"sk\\u005flive\\u005f51H8abcdefghijklmnopqrst"}'),
        HERE,
      );
      expect(redacted).toEqual(['stripe_key']);
      expect(memory.content).not.toContain('51H8');
      expect(await bench.search('51H8abcdefghijklmnopqrst')).toEqual([]);
    });
  });

  it('lists the most recent memories of the workspace and the global ones', async () => {
    const add = async (content: string, origin: Origin, isGlobal = false) => {
      bench.stores.clock.time += 1;
      await bench.store.store(note(content, { isGlobal }), origin);
    };
    await add('one', HERE);
    await add('two', ELSEWHERE);
    await add('three', ELSEWHERE, true);
    await add('four', HERE, true);
    await add('five', HERE);
    await add('one', HERE);
    const wrong = await bench.store.store(note('wrong', { isGlobal: true }), HERE);
    await bench.store.store(note('right', { supersedes: wrong.memory.id }), ELSEWHERE);
    const contents = async (limit: number) =>
      (await bench.store.recent(HERE.workspace, limit)).map(({ content }) => content);
    expect(await contents(10)).toEqual(['one', 'five', 'four', 'three']);
    expect(await contents(2)).toEqual(['one', 'five']);
  });
}
