import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMemory } from '../../../src/tools/store-memory.ts';
import type { MemoryStores } from '../../contract/memory-bench.ts';
import { openSqliteMemoryStores } from '../../contract/memory-stores.ts';
import { callMemoryTool } from './memory-tools.ts';

const NOW = Date.UTC(2026, 4, 14, 8);

describe('store_memory', () => {
  let stores: MemoryStores;
  beforeEach(async () => {
    stores = await openSqliteMemoryStores(NOW);
  });
  afterEach(async () => {
    await stores.close();
  });
  const call = (args: object, caller = {}) => callMemoryTool(storeMemory, stores.first, args, caller);
  const load = (id: unknown) => stores.first.get(String(id));

  it('needs nothing but the content: the documented defaults are applied', async () => {
    const { isError, answer } = await call({ content: 'Use UTC everywhere' });
    expect(isError).toBe(false);
    expect(answer).toEqual({
      success: true,
      memory_id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      timestamp: NOW,
      summary: 'Use UTC everywhere',
    });
    expect(await load(answer['memory_id'])).toMatchObject({
      contextType: 'information',
      tags: [],
      importance: 5,
      isGlobal: false,
      category: undefined,
      expiresAt: undefined,
      workspace: '/projects/shop',
      agent: 'claude-code',
      sessionId: 'session-1',
    });
  });

  it('passes every argument on', async () => {
    const { answer } = await call({
      content: 'all of it',
      context_type: 'directive',
      category: 'backend',
      tags: ['a', 'b'],
      importance: 9,
      summary: 'all',
      session_id: 'other',
      ttl_seconds: 60,
      is_global: true,
    });
    expect(await load(answer['memory_id'])).toMatchObject({
      contextType: 'directive',
      category: 'backend',
      tags: ['a', 'b'],
      importance: 9,
      summary: 'all',
      sessionId: 'other',
      expiresAt: NOW + 60_000,
      isGlobal: true,
    });
    const { answer: next } = await call({ content: 'more', supersedes: answer['memory_id'] });
    expect(await load(answer['memory_id'])).toMatchObject({ supersededBy: next['memory_id'] });
  });

  it.each([
    [{ content: '' }, 'content'],
    [{ content: 'x', context_type: 'bogus' }, 'context_type'],
    [{ content: 'x', importance: 11 }, 'importance'],
    [{ content: 'x', importance: 0 }, 'importance'],
    [{ content: 'x', ttl_seconds: 59 }, 'ttl_seconds'],
    [{ content: 'x', tags: 'a' }, 'tags'],
    [{ content: 'x', colour: 'red' }, 'colour'],
    [{}, 'content'],
  ])('refuses %j and names the argument', async (args, argument) => {
    const { isError, answer } = await call(args);
    expect(isError).toBe(true);
    expect(answer).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(argument) });
    expect(await stores.first.recent('/projects/shop', 10)).toEqual([]);
  });

  it('says what it masked, and takes secrets instead of refusing them', async () => {
    const key = ['sk', 'test', 'abcdefghijklmnop1234'].join('_');
    const { answer } = await call({ content: `the key is ${key}` });
    expect(answer).toMatchObject({ success: true, redacted: ['stripe_key'] });
    expect(JSON.stringify(answer)).not.toContain('abcdefgh');
  });

  it('reports a duplicate, counted', async () => {
    const { answer: first } = await call({ content: 'Retry three times' });
    stores.clock.time += 5;
    const { answer: again } = await call({ content: 'retry three times.' }, { agent: 'reviewer' });
    expect(again).toEqual({
      success: true,
      memory_id: first['memory_id'],
      duplicate_of: first['memory_id'],
      timestamp: NOW + 5,
      summary: 'Retry three times',
      times_stored: 2,
    });
  });

  it('refuses more than 64 KB with the way out', async () => {
    const { isError, answer } = await call({ content: 'x'.repeat(65_537) });
    expect(isError).toBe(true);
    expect(answer).toMatchObject({ code: 'invalid_input', hint: expect.stringContaining('summary') });
  });
});
