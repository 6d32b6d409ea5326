import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { MEMORIES, QUERIES } from './memory-relevance.ts';
import { memoryStoreContract } from './memory-store.contract.ts';
import { openSqliteMemoryStores } from './memory-stores.ts';

memoryStoreContract('SQLite', openSqliteMemoryStores);

const ORIGIN = { workspace: '/projects/shop', agent: 'claude-code', sessionId: undefined };
const PLAIN = { contextType: 'information', tags: [], importance: 5, isGlobal: false } as const;

describe('SqliteMemoryStore', () => {
  it('never lets a secret reach a file, also not as index terms', async () => {
    const stores = await openSqliteMemoryStores(0);
    try {
      const body = 'Zq7Xw2Vt9Kp4Lm8Nb3Hj6Rd1';
      const secrets = [`sk_live_${body}`, `whsec_${body}`, `ghp_${body}`, `SG.${body}.${body}`, `xoxb-${body}`];
      for (const secret of secrets) {
        const escaped = JSON.stringify({ token: secret }).replaceAll('_', '\\u005f');
        const invisible = `${secret.slice(0, 12)}\u200b${secret.slice(12)}`;
        const hidden = JSON.stringify({ token: invisible }).replaceAll('\u200b', '\\u200b');
        const contents = [
          `The token is ${secret} today`,
          JSON.stringify({ [secret]: 1, secret }),
          escaped,
          invisible,
          hidden,
        ];
        for (const content of contents) {
          const fields = { summary: `s ${secret}`, category: secret, tags: [secret] };
          await stores.first.store({ ...PLAIN, content, ...fields }, { ...ORIGIN, sessionId: secret });
        }
      }
      const bytes = readdirSync(stores.folder).map((file) => readFileSync(join(stores.folder, file), 'latin1'));
      const files = bytes.join('').toLowerCase();
      expect(files).toContain('the token is [redacted');
      expect(files).not.toContain(body.toLowerCase());
      expect(files).not.toContain(body.slice(-12).toLowerCase());
    } finally {
      await stores.close();
    }
  });

  it('ranks what answers a question first, or nearly', async () => {
    const stores = await openSqliteMemoryStores(0);
    try {
      const keys = new Map<string, string>();
      for (const [key, content] of Object.entries(MEMORIES)) {
        keys.set((await stores.first.store({ ...PLAIN, content }, ORIGIN)).memory.id, key);
      }
      const ranks = await Promise.all(
        QUERIES.map(async ([text, ...wanted]) => {
          const { hits } = await stores.first.search({ text, workspace: ORIGIN.workspace, limit: 10 });
          return { text, rank: hits.findIndex(({ memory }) => wanted.includes(keys.get(memory.id) ?? '')) + 1 };
        }),
      );
      const reciprocal = ranks.map(({ rank }) => (rank === 0 ? 0 : 1 / rank));
      const mean = reciprocal.reduce((sum, value) => sum + value, 0) / ranks.length;
      expect(mean, JSON.stringify(ranks.filter(({ rank }) => rank !== 1))).toBeGreaterThanOrEqual(0.94);
    } finally {
      await stores.close();
    }
  });

  it('keeps index, totals and rows in step over refresh, supersede and expiry', async () => {
    const stores = await openSqliteMemoryStores(0);
    try {
      const store = (content: string, more = {}) => stores.first.store({ ...PLAIN, content, ...more }, ORIGIN);
      const { memory } = await store('alpha beta');
      await store('alpha, beta!');
      await store('alpha beta', { tags: ['gamma'] });
      await store('delta epsilon', { supersedes: memory.id });
      await store('short lived', { ttlSeconds: 60 });
      stores.clock.time = 60_000;
      await store('the end');

      const db = new Database(join(stores.folder, 'test.db'), { readonly: true });
      const total = db.prepare('SELECT memories, terms FROM memory_total').get();
      const live = db
        .prepare('SELECT count(*) AS memories, sum(length(terms)) / 4 AS terms FROM memory WHERE superseded_by IS NULL')
        .get();
      const indexed = db.prepare('SELECT rowid FROM memory_fts ORDER BY rowid').pluck().all();
      const rows = db.prepare('SELECT seq FROM memory WHERE superseded_by IS NULL ORDER BY seq').pluck().all();
      db.close();
      expect(total).toEqual({ memories: 2, terms: 10 });
      expect(total).toEqual(live);
      expect(indexed).toEqual(rows);
    } finally {
      await stores.close();
    }
  });

  it('masks the values that the server knows, whatever they look like', async () => {
    const stores = await openSqliteMemoryStores(0, (text) => text.replaceAll('plain-words-secret', '[redacted]'));
    try {
      const { memory, redacted } = await stores.first.store(
        { ...PLAIN, content: 'it is plain-words-secret, as set' },
        ORIGIN,
      );
      expect([memory.content, redacted]).toEqual(['it is [redacted], as set', ['configured_secret']]);
    } finally {
      await stores.close();
    }
  });

  it('fails with a clear error while the database cannot be opened', async () => {
    const stores = await openSqliteMemoryStores(0);
    await stores.close();
    await expect(stores.first.store({ ...PLAIN, content: 'late' }, ORIGIN)).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(stores.first.recent('/projects/shop', 1)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
