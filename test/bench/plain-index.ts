import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Question } from './memory-corpus.ts';
import { CATEGORIES, contents } from './memory-corpus.ts';

/** The texts in a plain FTS5 table, as most memory servers search: stemmed, words joined by OR, ordered by rank. */
export function openPlainIndex(folder: string, size: number) {
  const db = new Database(join(folder, 'plain.db'));
  db.pragma('journal_mode = WAL');
  db.exec(`
    CREATE TABLE doc (id INTEGER PRIMARY KEY, category TEXT NOT NULL, text TEXT NOT NULL);
    CREATE VIRTUAL TABLE f USING fts5 (text, content = 'doc', content_rowid = 'id', tokenize = 'porter unicode61');`);
  const add = db.prepare('INSERT INTO doc (category, text) VALUES (?, ?)');
  db.transaction(() => {
    let index = 0;
    for (const text of contents(size)) add.run(CATEGORIES[index++ % CATEGORIES.length], text);
    db.exec("INSERT INTO f (f) VALUES ('rebuild')");
  })();
  const find = db.prepare(
    'SELECT doc.id, doc.text FROM f JOIN doc ON doc.id = f.rowid WHERE f MATCH ? AND category = ? ORDER BY rank LIMIT 5',
  );
  return {
    search: ({ query, category }: Question) => find.all(query.split(' ').join(' OR '), category),
    close: () => db.close(),
  };
}

/** Documents in a plain FTS5 table in memory: the ten best for a text, any of whose words may stand in them. */
export function openPlainDocuments(documents: readonly (readonly [id: string, text: string])[]) {
  const db = new Database(':memory:');
  db.exec("CREATE VIRTUAL TABLE f USING fts5 (id UNINDEXED, text, tokenize = 'porter unicode61')");
  const add = db.prepare('INSERT INTO f (id, text) VALUES (?, ?)');
  db.transaction(() => {
    for (const document of documents) add.run(document);
  })();
  const find = db.prepare<[string], string>('SELECT id FROM f WHERE f MATCH ? ORDER BY rank LIMIT 10').pluck();
  return {
    search(text: string): string[] {
      const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
      return words.length === 0 ? [] : find.all(words.map((word) => `"${word}"`).join(' OR '));
    },
    close: () => db.close(),
  };
}
