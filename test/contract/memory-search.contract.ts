import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewMemory } from '../../src/memory/memory.ts';
import type { SearchQuery } from '../../src/memory/memory-store.ts';
import { AT_ONCE_MS } from '../support/patience.ts';
import type { CreateStores } from './memory-bench.ts';
import { benchOf, DAY_MS, ELSEWHERE, HERE, note, START } from './memory-bench.ts';

/** What a search finds, and what it never does. */
export function memorySearchContract(create: CreateStores): void {
  const bench = benchOf(create);

  describe('search', () => {
    it('finds the record of the coordination model by its words, tags and category', async () => {
      const content = JSON.stringify({
        agent: 'integration-service-agent',
        action: 'integration_configured',
        service: 'stripe',
        features: ['payment_intents', 'webhooks'],
        status: 'complete',
        timestamp: 1_778_745_600_000,
      });
      const fields = { category: 'backend', tags: ['integration', 'stripe', 'webhooks'] };
      await bench.store.store(note(content, fields), HERE);
      await bench.store.store(note('Sprint planning is on Monday', { category: 'backend' }), HERE);
      expect(await bench.search('external api integration webhooks', { category: 'backend', limit: 5 })).toEqual([
        content,
      ]);
      for (const word of [
        'integration-service-agent',
        'integration configured',
        'paymentIntents',
        'COMPLETE',
        'Stripe',
      ]) {
        expect(await bench.search(word), word).toEqual([content]);
      }
      expect(await bench.search('stripe', { agent: 'Integration-Service-Agent' })).toEqual([content]);
      expect(await bench.search('stripe', { agent: 'claude-code' })).toEqual([content]);
      expect(await bench.search('stripe', { agent: 'codex' })).toEqual([]);
    });

    it('reads JSON as its values say, not as they are escaped', async () => {
      const content = '{"outerKey":{"note":"first\\nsecond","city":"Z\\u00fcrich"}}';
      await bench.store.store(note(content), HERE);
      for (const word of ['second', 'zurich', 'outer key', 'note'])
        expect(await bench.search(word), word).toEqual([content]);
      expect(await bench.search('nsecond u00fcrich')).toEqual([]);
    });

    it('answers nothing for words that occur nowhere', async () => {
      await bench.store.store(note('Stripe webhooks verified'), HERE);
      expect(await bench.search('kubernetes')).toEqual([]);
      expect(await bench.search('the of and')).toEqual([]);
    });

    it('stays in the workspace and the global memories unless told otherwise', async () => {
      await bench.store.store(note('queue here'), HERE);
      await bench.store.store(note('queue elsewhere'), ELSEWHERE);
      await bench.store.store(note('queue everywhere', { isGlobal: true }), ELSEWHERE);
      expect((await bench.search('queue')).sort()).toEqual(['queue everywhere', 'queue here']);
      expect((await bench.search('queue', { workspace: undefined })).sort()).toEqual([
        'queue elsewhere',
        'queue everywhere',
        'queue here',
      ]);
    });

    it('applies filters before the limit: the one that fits is found among 300 better ones', async () => {
      const better = Array.from({ length: 300 }, (_, index) =>
        bench.store.store(note(`stripe stripe stripe v${index}w`, { category: 'noise', tags: ['noise'] }), HERE),
      );
      await Promise.all(better);
      bench.stores.clock.time += DAY_MS;
      const wanted =
        'A long remark in which among very many other words about something else the name stripe occurs once';
      const origin = { ...HERE, agent: 'reviewer', sessionId: 'session-7' };
      await bench.store.store(
        note(wanted, { category: 'Signal', tags: ['rare'], importance: 9, contextType: 'insight' }),
        origin,
      );
      const filters: Partial<SearchQuery>[] = [
        { category: 'signal' },
        { tags: ['absent', 'RARE'] },
        { contextTypes: ['insight', 'todo'] },
        { minImportance: 6 },
        { agent: 'reviewer' },
        { sessionId: 'session-7' },
        { since: START + DAY_MS },
        { regex: 'remark in\\s+which' },
        { category: 'signal', tags: ['rare'], minImportance: 9, since: START + 1, until: START + DAY_MS },
      ];
      for (const filter of filters)
        expect(await bench.search('stripe', { limit: 1, ...filter }), JSON.stringify(filter)).toEqual([wanted]);
      expect(await bench.search('stripe', { until: START, limit: 100 })).toHaveLength(100);
      expect(await bench.search('stripe', { category: 'signal', minImportance: 10 })).toEqual([]);
    });

    it('pages through every hit exactly once, whatever is stored meanwhile', async () => {
      const contents = Array.from(
        { length: 230 },
        (_, index) => `ledger entry e${index}f ${'filler '.repeat(index % 7)}`,
      );
      await Promise.all(contents.map((content) => bench.store.store(note(content), HERE)));
      const seen: string[] = [];
      const query: SearchQuery = { text: 'ledger entry', workspace: HERE.workspace, limit: 37 };
      let cursor: string | undefined;
      do {
        const page = await bench.store.search({ ...query, cursor });
        seen.push(...page.hits.map(({ memory }) => memory.content));
        cursor = page.nextCursor;
        await bench.store.store(note(`ledger entry later s${seen.length}t`), HERE);
      } while (cursor !== undefined);
      expect(seen).toHaveLength(230);
      expect(seen.sort()).toEqual([...contents].sort());
    });

    it('has a next cursor exactly when there is more', async () => {
      for (const word of ['one', 'two', 'three']) await bench.store.store(note(`budget ${word}`), HERE);
      const page = (limit: number) => bench.store.search({ text: 'budget', workspace: HERE.workspace, limit });
      expect((await page(2)).nextCursor).toBe((await page(2)).hits[1]?.cursor);
      expect((await page(2)).nextCursor).toBeDefined();
      expect((await page(3)).nextCursor).toBeUndefined();
    });

    it('refuses a cursor of another query, and any other text as one', async () => {
      for (const word of ['one', 'two']) await bench.store.store(note(`budget ${word}`), HERE);
      const query = { text: 'budget', workspace: HERE.workspace, limit: 1 };
      const { nextCursor: cursor = '' } = await bench.store.search(query);
      expect((await bench.store.search({ ...query, cursor })).hits).toHaveLength(1);
      await expect(bench.store.search({ ...query, category: 'x', cursor })).rejects.toMatchObject({
        code: 'invalid_input',
      });
      for (const broken of ['', '%%%', 'W10', cursor.slice(1), `${cursor}${cursor}`]) {
        await expect(bench.store.search({ ...query, cursor: broken }), broken).rejects.toMatchObject({
          code: 'invalid_input',
        });
      }
    });

    it('lists the newest for an empty query or a star', async () => {
      for (const [index, word] of ['old', 'middle', 'new'].entries()) {
        bench.stores.clock.time = START + index;
        await bench.store.store(note(word, { category: index === 1 ? 'other' : 'listed' }), HERE);
      }
      expect(await bench.search('')).toEqual(['new', 'middle', 'old']);
      expect(await bench.search(' * ', { category: 'listed' })).toEqual(['new', 'old']);
      expect(await bench.search('* "', {})).toEqual([]);
    });

    it('never fails on any text, and finds words among any syntax', async () => {
      await bench.store.store(note('Retry-After is honoured; see POL-358: https://example.com/a?b=c'), HERE);
      const fragments = [
        '"',
        "'",
        '*',
        '(',
        ')',
        'AND',
        'OR',
        'NOT',
        'NEAR(',
        ':',
        '-',
        '^',
        'terms:',
        'facets : zz',
        '{a}',
        '\\',
        '\0',
      ];
      const hostile = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc
          .array(fc.constantFrom(...fragments, 'retry', '358', '%', ';--'), { maxLength: 8 })
          .map((parts) => parts.join(' ')),
      );
      await fc.assert(
        fc.asyncProperty(hostile, fc.boolean(), async (text, fuzzy) => {
          const { hits } = await bench.store.search({ text, workspace: HERE.workspace, limit: 5, fuzzy });
          expect(hits.length).toBeLessThanOrEqual(1);
        }),
        { numRuns: 400 },
      );
      for (const text of [
        'POL-358',
        '"POL-358" AND (retry',
        'pol:358',
        'NOT retry-after*',
        "it's https://example.com/a?b=c",
      ]) {
        expect(await bench.search(text), text).toHaveLength(1);
      }
    });

    it('finds other spellings and longer words only when fuzzy', async () => {
      await bench.store.store(note('The webhook endpoint authenticates with a signature'), HERE);
      for (const text of ['webhok', 'wehbook', 'signatrue', 'auth', 'endpont']) {
        expect(await bench.search(text), text).toEqual([]);
        expect(await bench.search(text, { fuzzy: true }), text).toHaveLength(1);
      }
      expect(await bench.search('kubernetes', { fuzzy: true })).toEqual([]);
    });

    it('keeps only what a regex matches, and refuses unsafe and wrong ones', async () => {
      await bench.store.store(note('Error E1234 from the gateway'), HERE);
      await bench.store.store(note('Error without code from the gateway'), HERE);
      expect(await bench.search('error', { regex: 'e\\d{4}' })).toEqual(['Error E1234 from the gateway']);
      expect(await bench.search('', { regex: '^error (?!e)' })).toEqual(['Error without code from the gateway']);
      for (const regex of ['(a+)+$', '([a-z]+)*x', '(a|aa)+$', '(.*a){12}', '(x)\\1', '[', 'a'.repeat(301)]) {
        await expect(bench.search('error', { regex }), regex).rejects.toMatchObject({ code: 'invalid_input' });
      }
    });

    it('knows Unicode classes, and escapes that the Unicode flag refuses', async () => {
      await bench.store.store(note('Größe 12-34'), HERE);
      expect(await bench.search('', { regex: '^\\p{L}+ \\d' })).toEqual(['Größe 12-34']);
      expect(await bench.search('', { regex: '12\\-34' })).toEqual(['Größe 12-34']);
    });

    it('gives up a regex that runs too long, soon', async () => {
      await bench.store.store(note(`slow ${'a'.repeat(60_000)}`), HERE);
      const startedAt = performance.now();
      await expect(bench.search('slow', { regex: 'a*a*a*a*b' })).rejects.toMatchObject({ code: 'invalid_input' });
      expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
    });

    it('prefers what was marked important, labelled and recent among equal texts, and never over a better match', async () => {
      const texts = ['deploy window Friday', 'deploy window Monday', 'deploy window Sunday', 'deploy window Tuesday'];
      const labels: Partial<NewMemory>[] = [{}, { importance: 10 }, { tags: ['deploy'] }, {}];
      for (const [index, text] of texts.entries()) {
        if (index === 3) bench.stores.clock.time += 60 * DAY_MS;
        await bench.store.store(note(text, labels[index]), HERE);
      }
      expect((await bench.search('deploy window')).at(-1)).toBe('deploy window Friday');
      await bench.store.store(note('window cleaning', { importance: 10, tags: ['window'] }), HERE);
      expect((await bench.search('deploy window')).at(-1)).toBe('window cleaning');
    });

    it('scores a full match near 1, part of it lower, and orders by score', async () => {
      // Neighbours in a session would lift each other.
      const alone = { ...HERE, sessionId: undefined };
      await bench.store.store(note('circuit breaker threshold'), alone);
      await bench.store.store(note('threshold of the sensor'), alone);
      for (let index = 0; index < 20; index += 1) await bench.store.store(note(`unrelated remark u${index}v`), alone);
      const { hits } = await bench.store.search({
        text: 'circuit breaker threshold',
        workspace: HERE.workspace,
        limit: 10,
      });
      const [full = 0, part = 0] = hits.map(({ similarity }) => similarity);
      expect(full).toBeGreaterThan(0.8);
      expect(full).toBeLessThan(1);
      expect(part).toBeGreaterThan(0);
      expect(part).toBeLessThan(0.6);
    });

    it('shows the part of a long text that matches', async () => {
      const filler = 'Nothing of interest is said in this sentence. '.repeat(60);
      await bench.store.store(note(`${filler}The dead letter queue is drained nightly. ${filler}`), HERE);
      const { hits } = await bench.store.search({ text: 'dead letter queue', workspace: HERE.workspace, limit: 1 });
      expect(hits[0]?.excerpt).toContain('The dead letter queue is drained nightly.');
      expect(hits[0]?.excerpt).toMatch(/^….{300,420}…$/);
    });
  });
}
