import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteMemory } from '../../../src/tools/delete-memory.ts';
import { getMemory } from '../../../src/tools/get-memory.ts';
import { linkMemories } from '../../../src/tools/link-memories.ts';
import { storeMemory } from '../../../src/tools/store-memory.ts';
import { updateMemory } from '../../../src/tools/update-memory.ts';
import type { MemoryStores } from '../../contract/memory-bench.ts';
import { openSqliteMemoryStores } from '../../contract/memory-stores.ts';
import { callMemoryTool } from './memory-tools.ts';

const NOW = Date.UTC(2026, 4, 14, 8);

describe('tools that change memories', () => {
  let stores: MemoryStores;
  beforeEach(async () => {
    stores = await openSqliteMemoryStores(NOW);
  });
  afterEach(async () => {
    await stores.close();
  });
  const call = (tool: Parameters<typeof callMemoryTool>[0], args: object) => callMemoryTool(tool, stores.first, args);
  const store = async (content: string) => String((await call(storeMemory, { content })).answer['memory_id']);

  it('updates and restores with the answer fields of recall', async () => {
    const id = await store('The port is 3000');
    stores.clock.time += 1000;
    const updated = await call(updateMemory, { memory_id: id, content: 'The port is 4000', category: 'ops' });
    expect(updated.answer).toEqual({
      success: true,
      memory_id: id,
      updated_at: NOW + 1000,
      version: 2,
      changed: true,
    });
    expect((await call(getMemory, { memory_id: id, include: ['versions', 'links'] })).answer).toMatchObject({
      memory_id: id,
      content: 'The port is 4000',
      category: 'ops',
      version: 2,
      versions: [{ version: 1, content: 'The port is 3000', agent: 'claude-code', timestamp: NOW }],
      links: [],
    });
    expect((await call(updateMemory, { memory_id: id, restore_version: 1 })).answer).toMatchObject({ version: 3 });
    expect((await stores.first.get(id))?.content).toBe('The port is 3000');
  });

  it.each([
    [{}, 'memory_id'],
    [{ memory_id: 'x' }, 'nothing to change'],
    [{ memory_id: 'x', restore_version: 1, content: 'y' }, 'no other field'],
    [{ memory_id: 'x', importance: 11 }, 'importance'],
    [{ memory_id: 'x', context_type: 'bogus' }, 'context_type'],
    [{ memory_id: 'x', content: '' }, 'content'],
  ])('update_memory refuses %j', async (args, message) => {
    const { isError, answer } = await call(updateMemory, args);
    expect(isError).toBe(true);
    expect(answer).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(message) });
  });

  it('deletes one with the answer fields of recall, and knows it no more', async () => {
    const id = await store('doomed');
    expect((await call(deleteMemory, { memory_id: id, dry_run: true })).answer).toMatchObject({
      success: true,
      count: 1,
    });
    expect((await call(deleteMemory, { memory_id: id })).answer).toEqual({
      success: true,
      memory_id: id,
      deleted_at: NOW,
      count: 1,
      memories: [{ memory_id: id, summary: 'doomed' }],
      remaining: 0,
    });
    expect((await call(deleteMemory, { memory_id: id })).answer).toMatchObject({ code: 'not_found' });
    expect((await call(getMemory, { memory_id: id })).answer).toMatchObject({ code: 'not_found' });
  });

  it.each([
    [{}],
    [{ filter: {} }],
    [{ filter: { category: ' ' } }],
    [{ filter: { tags: [] } }],
    [{ filter: { tags: ['x', ''] } }],
    [{ memory_id: 'x', filter: { category: 'y' } }],
    [{ filter: { until: 'soon' } }],
  ])('delete_memory refuses %j and deletes nothing', async (args) => {
    await store('precious');
    const { isError, answer } = await call(deleteMemory, args);
    expect([isError, answer['code']]).toEqual([true, 'invalid_input']);
    expect(await stores.first.recent('/projects/shop', 10)).toHaveLength(1);
  });

  it('deletes by filter up to a time', async () => {
    await call(storeMemory, { content: 'old', tags: ['tmp'] });
    stores.clock.time += 1000;
    await call(storeMemory, { content: 'new', tags: ['tmp'] });
    const filter = { tags: ['tmp'], until: new Date(NOW).toISOString() };
    expect((await call(deleteMemory, { filter })).answer).toMatchObject({ count: 1, memories: [{ summary: 'old' }] });
    expect((await stores.first.recent('/projects/shop', 10)).map(({ content }) => content)).toEqual(['new']);
  });

  it('links both ways round, idempotently', async () => {
    const link = {
      from_memory_id: await store('a decision'),
      to_memory_id: await store('a requirement'),
      relationship_type: 'implements',
    };
    expect((await call(linkMemories, link)).answer).toEqual({ success: true, changed: true, relationship: link });
    expect((await call(linkMemories, link)).answer).toMatchObject({ changed: false });
    expect((await call(getMemory, { memory_id: link.to_memory_id, include: ['links'] })).answer['links']).toEqual([
      { ...link, agent: 'claude-code', timestamp: NOW },
    ]);
    expect((await call(linkMemories, { ...link, remove: true })).answer).toMatchObject({ changed: true });
    expect((await call(linkMemories, { ...link, relationship_type: 'likes' })).answer).toMatchObject({
      code: 'invalid_input',
    });
  });

  it('reads the largest memory in parts that give it back whole', async () => {
    const content = `"${'\u0001é\n"'.repeat(9_000)}"`;
    const id = await store(content);
    const whole = (await stores.first.get(id))?.content;
    let read = '';
    let cursor: unknown;
    do {
      const { length, answer } = await call(getMemory, { memory_id: id, ...(cursor === undefined ? {} : { cursor }) });
      expect(length).toBeLessThanOrEqual(40_000);
      read += String(answer['content']);
      cursor = answer['next_cursor'];
    } while (cursor !== undefined);
    expect(read).toBe(whole);
    expect((await call(getMemory, { memory_id: id, cursor: '2.5' })).answer).toMatchObject({ code: 'invalid_input' });
  });

  it('keeps an answer with many versions and links under the limit', async () => {
    const id = await store('x'.repeat(60_000));
    for (let version = 0; version < 30; version += 1) {
      await stores.first.update(
        id,
        { content: `${version} ${'y'.repeat(60_000)}` },
        { workspace: '/projects/shop', agent: 'a', sessionId: undefined },
      );
    }
    const { length, answer } = await call(getMemory, { memory_id: id, include: ['versions'] });
    expect(length).toBeLessThanOrEqual(40_000);
    expect((answer['versions'] as { version: number }[])[0]?.version).toBe(30);
    expect(answer['truncated']).toBe(true);
  });
});
