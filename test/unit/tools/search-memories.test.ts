import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { searchMemories } from '../../../src/tools/search-memories.ts';
import { storeMemory } from '../../../src/tools/store-memory.ts';
import type { MemoryStores } from '../../contract/memory-bench.ts';
import { openSqliteMemoryStores } from '../../contract/memory-stores.ts';
import { callMemoryTool } from './memory-tools.ts';

const NOW = Date.UTC(2026, 4, 14, 8);
type Results = Record<string, unknown>[];

describe('search_memories', () => {
  let stores: MemoryStores;
  beforeEach(async () => {
    stores = await openSqliteMemoryStores(NOW);
  });
  afterEach(async () => {
    await stores.close();
  });
  const store = (args: object, caller = {}) => callMemoryTool(storeMemory, stores.first, args, caller);
  const search = (args: object, caller = {}) => callMemoryTool(searchMemories, stores.second, args, caller);
  const ids = async (args: object, caller = {}) =>
    ((await search(args, caller)).answer['results'] as Results).map((result) => result['memory_id']);

  it('answers the calls of the coordination model as they are written', async () => {
    const content = JSON.stringify({
      agent: 'integration-service-agent',
      action: 'integration_configured',
      service: 'stripe',
      features: ['payment_intents', 'webhooks'],
      status: 'complete',
      timestamp: NOW,
    });
    const { answer: stored } = await store({
      content,
      context_type: 'information',
      category: 'backend',
      tags: ['integration', 'stripe', 'webhooks'],
    });
    await store({
      content: JSON.stringify({ agent: 'x', action: 'circuit_breaker_configured', service: 'stripe', threshold: 5 }),
      context_type: 'code_pattern',
      category: 'backend',
      tags: ['circuit-breaker', 'resilience'],
    });
    const { answer } = await search({ query: 'external api integration webhooks', category: 'backend', limit: 5 });
    expect(answer).toEqual({
      query: 'external api integration webhooks',
      count: 1,
      output_mode: 'summary',
      results: [
        {
          memory_id: stored['memory_id'],
          summary: `${content.slice(0, 100)}...`,
          context_type: 'information',
          importance: 5,
          tags: ['integration', 'stripe', 'webhooks'],
          category: 'backend',
          similarity: expect.any(Number),
          timestamp: NOW,
          excerpt: content,
          agent: 'claude-code',
          workspace: '/projects/shop',
        },
      ],
      hint: expect.stringContaining('get_memory'),
    });
  });

  it('has three output modes', async () => {
    await store({ content: 'breaker opens', category: 'c', tags: ['t'] });
    const fields = async (output_mode: string) => {
      const { answer } = await search({ query: 'breaker', output_mode });
      return Object.keys((answer['results'] as Results)[0] ?? {}).sort();
    };
    const labels = [
      'agent',
      'category',
      'context_type',
      'importance',
      'memory_id',
      'similarity',
      'summary',
      'tags',
      'timestamp',
      'workspace',
    ];
    expect(await fields('compact')).toEqual([
      'agent',
      'context_type',
      'memory_id',
      'similarity',
      'summary',
      'workspace',
    ]);
    expect(await fields('summary')).toEqual([...labels, 'excerpt'].sort());
    expect(await fields('full')).toEqual([...labels, 'content'].sort());
  });

  it('passes every filter on', async () => {
    const { answer: wanted } = await store(
      { content: 'queue E1234', context_type: 'error', category: 'ops', tags: ['q'], importance: 8, session_id: 's2' },
      { agent: 'reviewer' },
    );
    stores.clock.time += 1000;
    await store({ content: 'queue other' });
    const filters = [
      { min_importance: 7.5 },
      { context_types: ['error'] },
      { category: 'OPS' },
      { tags: ['q'] },
      { agent: 'reviewer' },
      { session_id: 's2' },
      { regex: 'e\\d+' },
      { until: NOW },
      { until: String(NOW + 999) },
      { until: '2026-05-14T08:00:00.999Z', since: '2026-05-14' },
    ];
    for (const filter of filters)
      expect(await ids({ query: 'queue', ...filter }), JSON.stringify(filter)).toEqual([wanted['memory_id']]);
    expect(await ids({ query: 'queue', category: '', tags: [] })).toHaveLength(2);
    expect(await ids({ query: 'queu', fuzzy: true })).toHaveLength(2);
    expect(await ids({ query: 'queue' }, { workspace: '/elsewhere' })).toEqual([]);
    expect(await ids({ query: 'queue', all_workspaces: true }, { workspace: '/elsewhere' })).toHaveLength(2);
  });

  it.each([
    [{ query: 'x', limit: 0 }, 'limit'],
    [{ query: 'x', limit: 101 }, 'limit'],
    [{ query: 'x', context_types: ['bogus'] }, 'context_types'],
    [{ query: 'x', output_mode: 'long' }, 'output_mode'],
    [{ query: 'x', since: 'yesterday-ish' }, 'since'],
    [{ query: 'x', cursor: 'made up' }, 'cursor'],
    [{ query: 'x', regex: '(a+)+' }, 'regex'],
    [{ query: 'x', colour: 'red' }, 'colour'],
    [{}, 'query'],
  ])('refuses %j and names the argument', async (args, argument) => {
    const { isError, answer } = await search(args);
    expect(isError).toBe(true);
    expect(answer).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(argument) });
  });

  it('says what to try when nothing is found', async () => {
    const { answer } = await search({ query: 'nothing' });
    expect(answer).toMatchObject({ count: 0, results: [], hint: expect.stringContaining('all_workspaces') });
    expect(answer['next_cursor']).toBeUndefined();
  });

  it('keeps any answer under 40,000 characters and loses nothing: the cursor leads to the rest', async () => {
    for (let index = 0; index < 12; index += 1) {
      await store({ content: `ledger n${index}x ${'"quoted" \\ text\n'.repeat(600)}` });
    }
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const page = await search({ query: 'ledger', output_mode: 'full', limit: 50, ...(cursor ? { cursor } : {}) });
      expect(page.isError).toBe(false);
      expect(page.length).toBeLessThanOrEqual(40_000);
      seen.push(...(page.answer['results'] as Results).map((result) => result['memory_id']));
      cursor = page.answer['next_cursor'];
      if (cursor !== undefined) expect(page.answer['truncated']).toBe(true);
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(12);
    expect(seen).toHaveLength(12);
  });

  it('cuts a single memory that is too large', async () => {
    await store({
      content: `ledger ${'\u0001"'.repeat(20_000)}`,
      summary: '"'.repeat(1000),
      tags: Array(50)
        .fill('"'.repeat(98))
        .map((tag, n) => tag + n),
    });
    const { answer, length, isError } = await search({ query: 'ledger', output_mode: 'full' });
    expect(isError).toBe(false);
    expect(length).toBeLessThanOrEqual(40_000);
    expect(answer).toMatchObject({ count: 1, truncated: true });
    expect((answer['results'] as Results)[0]?.['content']).toMatch(/^ledger ␁".*…$/);
  });

  it('keeps to max_tokens, about, and still answers something', async () => {
    for (let index = 0; index < 30; index += 1)
      await store({ content: `ledger entry n${index}x ${'word '.repeat(50)}` });
    for (const max_tokens of [200, 500, 2000]) {
      const { answer, length } = await search({ query: 'ledger', limit: 30, max_tokens });
      expect(length).toBeLessThanOrEqual(max_tokens * 4);
      expect(answer['truncated']).toBe(true);
      expect(answer['next_cursor']).toEqual(expect.any(String));
      expect(answer['count']).toBeGreaterThan(0);
    }
  });
});
