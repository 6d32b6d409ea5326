import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryStore, NewMemory, Origin, SearchQuery } from '../../src/memory/memory-store.ts';

/** Stores of one adapter that share their data, as two server processes do. */
export interface MemoryStores {
  first: MemoryStore;
  second: MemoryStore;
  /** Time of both stores. */
  clock: { time: number };
  close(): Promise<void>;
}

const START = Date.UTC(2026, 4, 14, 8);
const DAY_MS = 24 * 3_600_000;
const HERE: Origin = { workspace: '/projects/shop', agent: 'claude-code', sessionId: 'session-1' };
const ELSEWHERE: Origin = { workspace: '/projects/blog', agent: 'codex', sessionId: 'session-2' };

function note(content: string, fields: Partial<NewMemory> = {}): NewMemory {
  return { content, contextType: 'information', tags: [], importance: 5, isGlobal: false, ...fields };
}

/** What every adapter of `MemoryStore` promises. */
export function memoryStoreContract(name: string, create: (startMs: number) => Promise<MemoryStores>): void {
  describe(`MemoryStore contract: ${name}`, () => {
    let stores: MemoryStores;
    let store: MemoryStore;

    beforeEach(async () => {
      stores = await create(START);
      store = stores.first;
    });
    afterEach(async () => {
      await stores.close();
    });

    const search = async (text: string, query: Partial<SearchQuery> = {}) => {
      const { hits } = await store.search({ text, workspace: HERE.workspace, limit: 10, ...query });
      return hits.map(({ memory }) => memory.content);
    };

    describe('store and get', () => {
      it('keeps every field', async () => {
        const { memory, duplicateOf, redacted } = await store.store(
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
        });
        expect(duplicateOf).toBeUndefined();
        expect(redacted).toEqual([]);
        expect(await store.get(memory.id)).toEqual(memory);
      });

      it('makes the summary from the first 100 characters', async () => {
        const long = `${'x'.repeat(99)}yz`;
        expect((await store.store(note(long), HERE)).memory.summary).toBe(`${'x'.repeat(99)}y...`);
        expect((await store.store(note('short'), HERE)).memory.summary).toBe('short');
      });

      it('knows nothing under an unknown id', async () => {
        expect(await store.get('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBeUndefined();
        expect(await store.get("' OR 1=1 --")).toBeUndefined();
      });

      it('takes 65,536 bytes and refuses one more, without a trace', async () => {
        const full = `needle ${'é'.repeat(32_764)}x`;
        expect(Buffer.byteLength(full)).toBe(65_536);
        await store.store(note(full), HERE);
        await expect(store.store(note(`${full}x`), HERE)).rejects.toMatchObject({
          code: 'invalid_input',
          message: 'The content has 65537 bytes; a memory holds at most 65536.',
        });
        expect(await search('needle')).toHaveLength(1);
      });

      it('keeps 20 parallel stores, each findable at once', async () => {
        const contents = Array.from({ length: 20 }, (_, index) => `parallel decision number n${index}x`);
        const results = await Promise.all(
          contents.map((content, index) => (index % 2 ? stores.second : store).store(note(content), HERE)),
        );
        expect(new Set(results.map(({ memory }) => memory.id)).size).toBe(20);
        expect((await search('parallel decision', { limit: 100 })).sort()).toEqual([...contents].sort());
      });

      it('lets each store see what the other wrote, at the next search', async () => {
        await store.search({ text: 'breaker', workspace: HERE.workspace, limit: 5 });
        await stores.second.store(note('The circuit breaker opens after five failures'), HERE);
        expect(await search('breaker')).toEqual(['The circuit breaker opens after five failures']);
        await store.store(note('The breaker probes after ten seconds'), HERE);
        const { hits } = await stores.second.search({ text: 'breaker probes', workspace: HERE.workspace, limit: 1 });
        expect(hits[0]?.memory.content).toBe('The breaker probes after ten seconds');
      });

      it('hands out text without control characters and terminal escapes', async () => {
        const { memory } = await store.store(
          note('\u001b[31mred\u001b[0m\u0007 \u202eevil\u202c\u001b line\n\ttab', {
            tags: ['a\u001bb'],
            category: 'c\u0000d',
          }),
          HERE,
        );
        expect(memory.content).toBe('red␇ evil␛ line\n\ttab');
        expect(memory.tags).toEqual(['a␛b']);
        expect(memory.category).toBe('c␀d');
        expect((await store.search({ text: 'red', workspace: HERE.workspace, limit: 1 })).hits[0]?.excerpt).toBe(
          memory.content,
        );
      });
    });

    describe('secrets', () => {
      it('masks them in every field and says which kinds', async () => {
        const key = ['sk', 'live', '51H8abcdefghijklmnopqrst'].join('_');
        const { memory, redacted } = await store.store(
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
        expect(await search('stripe')).toHaveLength(1);
        expect(await search('51H8abcdefghijklmnopqrst hunter2')).toEqual([]);
      });

      it('sees through JSON escapes', async () => {
        const { memory, redacted } = await store.store(
          note('{"key":"sk\\u005flive\\u005f51H8abcdefghijklmnopqrst"}'),
          HERE,
        );
        expect(redacted).toEqual(['stripe_key']);
        expect(memory.content).not.toContain('51H8');
        expect(await search('51H8abcdefghijklmnopqrst')).toEqual([]);
      });
    });

    describe('duplicates', () => {
      it('refreshes the memory that says the same instead of adding one', async () => {
        const first = await store.store(
          note('We decided to retry Stripe calls with backoff.', { tags: ['stripe'] }),
          HERE,
        );
        stores.clock.time += DAY_MS;
        const again = await stores.second.store(
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
          expect(await search('retry stripe backoff', query), JSON.stringify(query)).toContain(first.memory.content);
        }
      });

      it('does not mistake a changed fact, another scope, type or category for a duplicate', async () => {
        const content = 'Retry Stripe calls 3 times';
        await store.store(note(content), HERE);
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
          expect((await store.store(memory, origin)).duplicateOf, memory.content).toBeUndefined();
        }
      });

      it('keeps one row of 20 equal parallel stores from two stores, and counts them', async () => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            (index % 2 ? stores.second : store).store(note('one and the same'), HERE),
          ),
        );
        expect(new Set(results.map(({ memory }) => memory.id)).size).toBe(1);
        expect(results.filter(({ duplicateOf }) => duplicateOf === undefined)).toHaveLength(1);
        expect((await store.recent(HERE.workspace, 10)).map(({ timesStored }) => timesStored)).toEqual([20]);
      });
    });

    describe('supersedes', () => {
      it('takes the old memory out of searches and keeps it readable', async () => {
        const old = await store.store(note('The webhook tolerance is 300 seconds', { importance: 10 }), HERE);
        const corrected = await store.store(
          note('The webhook tolerance is 120 seconds', { supersedes: old.memory.id }),
          HERE,
        );
        expect(await search('webhook tolerance seconds')).toEqual(['The webhook tolerance is 120 seconds']);
        expect(await search('*')).toEqual(['The webhook tolerance is 120 seconds']);
        expect((await store.recent(HERE.workspace, 10)).map(({ id }) => id)).toEqual([corrected.memory.id]);
        expect(await store.get(old.memory.id)).toMatchObject({ supersededBy: corrected.memory.id });
      });

      it('may be repeated, also after a lost answer', async () => {
        const old = await store.store(note('port 3000'), HERE);
        const first = await store.store(note('port 4000', { supersedes: old.memory.id }), HERE);
        const again = await store.store(note('port 4000', { supersedes: old.memory.id }), HERE);
        expect(again.duplicateOf).toBe(first.memory.id);
      });

      it('refuses an unknown, a foreign and an already superseded memory, and stores nothing then', async () => {
        const old = await store.store(note('first'), HERE);
        const foreign = await store.store(note('foreign'), ELSEWHERE);
        const current = await store.store(note('second', { supersedes: old.memory.id }), HERE);
        const attempt = (supersedes: string) => store.store(note('third', { supersedes }), HERE);
        await expect(attempt('01ARZ3NDEKTSV4RRFFQ69G5FAV')).rejects.toMatchObject({ code: 'not_found' });
        await expect(attempt(foreign.memory.id)).rejects.toMatchObject({ code: 'not_found' });
        await expect(attempt(old.memory.id)).rejects.toMatchObject({
          code: 'conflict',
          details: { superseded_by: current.memory.id },
        });
        expect(await search('third')).toEqual([]);
      });

      it('replaces a memory by one with the same text under another label', async () => {
        const old = await store.store(note('same text'), HERE);
        const labelled = await store.store(note('same text', { supersedes: old.memory.id, importance: 9 }), HERE);
        expect(labelled.duplicateOf).toBeUndefined();
        expect((await store.recent(HERE.workspace, 10)).map(({ id }) => id)).toEqual([labelled.memory.id]);
      });
    });

    describe('time to live', () => {
      it('never finds an expired memory, from the very millisecond on', async () => {
        const { memory } = await store.store(note('temporary freeze of deploys', { ttlSeconds: 60 }), HERE);
        stores.clock.time = START + 59_999;
        expect(await search('freeze')).toHaveLength(1);
        expect(await store.get(memory.id)).toBeDefined();
        stores.clock.time = START + 60_000;
        expect(await search('freeze')).toEqual([]);
        expect(await search('*')).toEqual([]);
        expect(await store.get(memory.id)).toBeUndefined();
        expect(await store.recent(HERE.workspace, 10)).toEqual([]);
      });

      it('stores anew what has expired, and lives on when stored again without an end', async () => {
        const first = await store.store(note('freeze', { ttlSeconds: 60 }), HERE);
        stores.clock.time += 60_000;
        const second = await store.store(note('freeze', { ttlSeconds: 60 }), HERE);
        expect(second.duplicateOf).toBeUndefined();
        expect(second.memory.id).not.toBe(first.memory.id);
        await store.store(note('freeze'), HERE);
        stores.clock.time += 10 * DAY_MS;
        expect(await search('freeze')).toEqual(['freeze']);
      });
    });

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
        await store.store(note(content, fields), HERE);
        await store.store(note('Sprint planning is on Monday', { category: 'backend' }), HERE);
        expect(await search('external api integration webhooks', { category: 'backend', limit: 5 })).toEqual([content]);
        for (const word of [
          'integration-service-agent',
          'integration configured',
          'paymentIntents',
          'COMPLETE',
          'Stripe',
        ]) {
          expect(await search(word), word).toEqual([content]);
        }
        expect(await search('stripe', { agent: 'Integration-Service-Agent' })).toEqual([content]);
        expect(await search('stripe', { agent: 'claude-code' })).toEqual([content]);
        expect(await search('stripe', { agent: 'codex' })).toEqual([]);
      });

      it('answers nothing for words that occur nowhere', async () => {
        await store.store(note('Stripe webhooks verified'), HERE);
        expect(await search('kubernetes')).toEqual([]);
        expect(await search('the of and')).toEqual([]);
      });

      it('stays in the workspace and the global memories unless told otherwise', async () => {
        await store.store(note('queue here'), HERE);
        await store.store(note('queue elsewhere'), ELSEWHERE);
        await store.store(note('queue everywhere', { isGlobal: true }), ELSEWHERE);
        expect((await search('queue')).sort()).toEqual(['queue everywhere', 'queue here']);
        expect((await search('queue', { workspace: undefined })).sort()).toEqual([
          'queue elsewhere',
          'queue everywhere',
          'queue here',
        ]);
      });

      it('applies filters before the limit: the one that fits is found among 300 better ones', async () => {
        const better = Array.from({ length: 300 }, (_, index) =>
          store.store(note(`stripe stripe stripe v${index}w`, { category: 'noise', tags: ['noise'] }), HERE),
        );
        await Promise.all(better);
        stores.clock.time += DAY_MS;
        const wanted =
          'A long remark in which among very many other words about something else the name stripe occurs once';
        const origin = { ...HERE, agent: 'reviewer', sessionId: 'session-7' };
        await store.store(
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
          expect(await search('stripe', { limit: 1, ...filter }), JSON.stringify(filter)).toEqual([wanted]);
        expect(await search('stripe', { until: START, limit: 100 })).toHaveLength(100);
        expect(await search('stripe', { category: 'signal', minImportance: 10 })).toEqual([]);
      });

      it('pages through every hit exactly once, whatever is stored meanwhile', async () => {
        const contents = Array.from(
          { length: 230 },
          (_, index) => `ledger entry e${index}f ${'filler '.repeat(index % 7)}`,
        );
        await Promise.all(contents.map((content) => store.store(note(content), HERE)));
        const seen: string[] = [];
        const query: SearchQuery = { text: 'ledger entry', workspace: HERE.workspace, limit: 37 };
        let cursor: string | undefined;
        do {
          const page = await store.search({ ...query, cursor });
          seen.push(...page.hits.map(({ memory }) => memory.content));
          cursor = page.nextCursor;
          await store.store(note(`ledger entry later s${seen.length}t`), HERE);
        } while (cursor !== undefined);
        expect(seen).toHaveLength(230);
        expect(seen.sort()).toEqual([...contents].sort());
      });

      it('has a next cursor exactly when there is more', async () => {
        for (const word of ['one', 'two', 'three']) await store.store(note(`budget ${word}`), HERE);
        const page = (limit: number) => store.search({ text: 'budget', workspace: HERE.workspace, limit });
        expect((await page(2)).nextCursor).toBe((await page(2)).hits[1]?.cursor);
        expect((await page(2)).nextCursor).toBeDefined();
        expect((await page(3)).nextCursor).toBeUndefined();
      });

      it('refuses a cursor of another query, and any other text as one', async () => {
        for (const word of ['one', 'two']) await store.store(note(`budget ${word}`), HERE);
        const query = { text: 'budget', workspace: HERE.workspace, limit: 1 };
        const { nextCursor: cursor = '' } = await store.search(query);
        expect((await store.search({ ...query, cursor })).hits).toHaveLength(1);
        await expect(store.search({ ...query, category: 'x', cursor })).rejects.toMatchObject({
          code: 'invalid_input',
        });
        for (const broken of ['', '%%%', 'W10', cursor.slice(1), `${cursor}${cursor}`]) {
          await expect(store.search({ ...query, cursor: broken }), broken).rejects.toMatchObject({
            code: 'invalid_input',
          });
        }
      });

      it('lists the newest for an empty query or a star', async () => {
        for (const [index, word] of ['old', 'middle', 'new'].entries()) {
          stores.clock.time = START + index;
          await store.store(note(word, { category: index === 1 ? 'other' : 'listed' }), HERE);
        }
        expect(await search('')).toEqual(['new', 'middle', 'old']);
        expect(await search(' * ', { category: 'listed' })).toEqual(['new', 'old']);
        expect(await search('* "', {})).toEqual([]);
      });

      it('never fails on any text, and finds words among any syntax', async () => {
        await store.store(note('Retry-After is honoured; see POL-358: https://example.com/a?b=c'), HERE);
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
            const { hits } = await store.search({ text, workspace: HERE.workspace, limit: 5, fuzzy });
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
          expect(await search(text), text).toHaveLength(1);
        }
      });

      it('finds other spellings and longer words only when fuzzy', async () => {
        await store.store(note('The webhook endpoint authenticates with a signature'), HERE);
        for (const text of ['webhok', 'wehbook', 'signatrue', 'auth', 'endpont']) {
          expect(await search(text), text).toEqual([]);
          expect(await search(text, { fuzzy: true }), text).toHaveLength(1);
        }
        expect(await search('kubernetes', { fuzzy: true })).toEqual([]);
      });

      it('keeps only what a regex matches, and refuses unsafe and wrong ones', async () => {
        await store.store(note('Error E1234 from the gateway'), HERE);
        await store.store(note('Error without code from the gateway'), HERE);
        expect(await search('error', { regex: 'e\\d{4}' })).toEqual(['Error E1234 from the gateway']);
        expect(await search('', { regex: '^error (?!e)' })).toEqual(['Error without code from the gateway']);
        for (const regex of ['(a+)+$', '([a-z]+)*x', '(a|aa)+$', '(.*a){12}', '(x)\\1', '[', 'a'.repeat(301)]) {
          await expect(search('error', { regex }), regex).rejects.toMatchObject({ code: 'invalid_input' });
        }
      });

      it('gives up a regex that runs too long, soon', async () => {
        await store.store(note(`slow ${'a'.repeat(60_000)}`), HERE);
        const startedAt = performance.now();
        await expect(search('slow', { regex: 'a*a*a*a*b' })).rejects.toMatchObject({ code: 'invalid_input' });
        expect(performance.now() - startedAt).toBeLessThan(2000);
      });

      it('prefers what was marked important, labelled and recent among equal texts, and never over a better match', async () => {
        const texts = ['deploy window Friday', 'deploy window Monday', 'deploy window Sunday', 'deploy window Tuesday'];
        const labels: Partial<NewMemory>[] = [{}, { importance: 10 }, { tags: ['deploy'] }, {}];
        for (const [index, text] of texts.entries()) {
          if (index === 3) stores.clock.time += 60 * DAY_MS;
          await store.store(note(text, labels[index]), HERE);
        }
        expect((await search('deploy window')).at(-1)).toBe('deploy window Friday');
        await store.store(note('window cleaning', { importance: 10, tags: ['window'] }), HERE);
        expect((await search('deploy window')).at(-1)).toBe('window cleaning');
      });

      it('scores a full match near 1, part of it lower, and orders by score', async () => {
        await store.store(note('circuit breaker threshold'), HERE);
        await store.store(note('threshold of the sensor'), HERE);
        for (let index = 0; index < 20; index += 1) await store.store(note(`unrelated remark u${index}v`), HERE);
        const { hits } = await store.search({
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
        await store.store(note(`${filler}The dead letter queue is drained nightly. ${filler}`), HERE);
        const { hits } = await store.search({ text: 'dead letter queue', workspace: HERE.workspace, limit: 1 });
        expect(hits[0]?.excerpt).toContain('The dead letter queue is drained nightly.');
        expect(hits[0]?.excerpt).toMatch(/^….{300,420}…$/);
      });
    });

    it('lists the most recent memories of the workspace and the global ones', async () => {
      const add = async (content: string, origin: Origin, isGlobal = false) => {
        stores.clock.time += 1;
        await store.store(note(content, { isGlobal }), origin);
      };
      await add('one', HERE);
      await add('two', ELSEWHERE);
      await add('three', ELSEWHERE, true);
      await add('four', HERE, true);
      await add('five', HERE);
      await add('one', HERE);
      const contents = async (limit: number) =>
        (await store.recent(HERE.workspace, limit)).map(({ content }) => content);
      expect(await contents(10)).toEqual(['one', 'five', 'four', 'three']);
      expect(await contents(2)).toEqual(['one', 'five']);
    });
  });
}
