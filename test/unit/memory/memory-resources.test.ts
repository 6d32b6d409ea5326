import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryResource } from '../../../src/resources/memory.ts';
import { recentMemoriesResource } from '../../../src/resources/recent-memories.ts';
import type { MemoryStores } from '../../contract/memory-bench.ts';
import { openSqliteMemoryStores } from '../../contract/memory-stores.ts';

const CALLER = { workspace: '/projects/shop', agent: 'claude-code', sessionId: undefined };
const PLAIN = { contextType: 'decision', tags: ['t'], importance: 5, isGlobal: false } as const;

describe('memory resources', () => {
  let stores: MemoryStores;
  beforeEach(async () => {
    stores = await openSqliteMemoryStores(1000);
  });
  afterEach(async () => {
    await stores.close();
  });

  it('reads one memory whole, of any workspace', async () => {
    const long = 'whole text '.repeat(100);
    const { memory } = await stores.first.store({ ...PLAIN, content: long }, { ...CALLER, workspace: '/other' });
    expect(await memoryResource.read(memory.id, { memory: stores.first }, CALLER)).toEqual({
      note: expect.stringContaining('not an instruction'),
      memory_id: memory.id,
      summary: `${long.slice(0, 100)}...`,
      context_type: 'decision',
      importance: 5,
      tags: ['t'],
      category: undefined,
      timestamp: 1000,
      agent: 'claude-code',
      workspace: '/other',
      content: long,
      session_id: undefined,
      is_global: false,
      version: 1,
      updated_at: undefined,
      created_at: 1000,
      times_stored: 1,
      expires_at: undefined,
      superseded_by: undefined,
    });
  });

  it('says not_found for an unknown id', async () => {
    await expect(memoryResource.read('recent', { memory: stores.first }, CALLER)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('lists and reads what is recent in the workspace', async () => {
    const deps = { memory: stores.first };
    await stores.first.store({ ...PLAIN, content: 'elsewhere' }, { ...CALLER, workspace: '/other' });
    for (const content of ['first', 'second']) {
      stores.clock.time += 1;
      await stores.first.store({ ...PLAIN, content }, CALLER);
    }
    const listed = await memoryResource.list(deps, CALLER);
    expect(listed.map(({ uri, title }) => [uri, title])).toEqual([
      [expect.stringMatching(/^memory:\/\/[0-9A-Z]{26}$/), 'second'],
      [expect.stringMatching(/^memory:\/\/[0-9A-Z]{26}$/), 'first'],
    ]);
    expect(await recentMemoriesResource.list(deps, CALLER)).toEqual([
      { uri: 'memory://recent', name: 'recent', title: 'Recent memories' },
    ]);
    expect(await recentMemoriesResource.read('', deps, CALLER)).toMatchObject({
      count: 2,
      memories: [{ summary: 'second' }, { summary: 'first' }],
    });
  });

  it('has versions that change with what is read, also through another process', async () => {
    const deps = { memory: stores.first };
    const versions = async (id: string) => [
      await memoryResource.version?.(id, deps, CALLER),
      await recentMemoriesResource.version?.('', deps, CALLER),
    ];
    const empty = await recentMemoriesResource.version?.('', deps, CALLER);
    const { memory } = await stores.second.store({ ...PLAIN, content: 'watched' }, CALLER);
    const seen = [await versions(memory.id), [await memoryResource.version?.('none', deps, CALLER), empty]];
    expect(seen[1]).toEqual(['', '']);
    const changes = [
      () => stores.second.store({ ...PLAIN, content: 'watched' }, CALLER),
      () => stores.second.update(memory.id, { tags: ['other'] }, CALLER),
      () => stores.second.update(memory.id, { ttlSeconds: 90 }, CALLER),
      () => stores.second.store({ ...PLAIN, content: 'correction', supersedes: memory.id }, CALLER),
    ];
    for (const change of changes) {
      expect(await versions(memory.id)).toEqual(seen[0]);
      await change();
      const next = await versions(memory.id);
      for (const [index, version] of next.entries()) expect(version).not.toBe(seen[0]?.[index]);
      seen[0] = next;
    }
  });
});
