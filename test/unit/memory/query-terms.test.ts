import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { memoryMigrations } from '../../../src/memory/memory-migrations.ts';
import type { QueryTerm } from '../../../src/memory/query-terms.ts';
import { collectionSize, queryTerms, termConditions } from '../../../src/memory/query-terms.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';

const term = (name: string, documents: number, isStopWord = false): QueryTerm => ({
  isStopWord,
  forms: [{ term: name, weight: 1 }],
  documents,
  idf: 1,
});
const size = (memories: number) => ({ memories, averageLength: 10, lastSeq: memories });

describe('termConditions', () => {
  it('searches all terms at once while that costs little', () => {
    expect(termConditions([term('often', 5_900), term('rare', 2), term('absent', 0)], size(8_000))).toEqual([
      'terms : ("rare" OR "often")',
    ]);
  });

  it('searches rare terms first, then what holds only common ones', () => {
    const terms = [term('everywhere', 90_000), term('rare', 5), term('often', 24_000)];
    expect(termConditions(terms, size(100_000))).toEqual([
      'terms : ("rare" OR "often")',
      'terms : (("everywhere") NOT ("rare" OR "often"))',
    ]);
    expect(termConditions([term('everywhere', 90_000)], size(100_000))).toEqual(['terms : ("everywhere")']);
  });

  it('leaves stop words out unless there is nothing else', () => {
    expect(termConditions([term('the', 9, true), term('retri', 1)], size(10))).toEqual(['terms : ("retri")']);
    expect(termConditions([term('the', 9, true)], size(10))).toEqual(['terms : ("the")']);
    expect(termConditions([term('absent', 0)], size(10))).toEqual([]);
  });

  it('makes conditions that share no row and together miss none', () => {
    const db = new Database(':memory:');
    db.exec("CREATE VIRTUAL TABLE f USING fts5 (terms, facets, tokenize = 'ascii')");
    const documents = ['a', 'b', 'c', 'a b', 'b c', 'a c', 'a b c', 'd'];
    for (const document of documents) db.prepare('INSERT INTO f VALUES (?, ?)').run(document, 'a b c');
    const conditions = termConditions([term('a', 90_000), term('b', 80_000), term('c', 1)], size(100_000));
    const found = conditions.map((condition) =>
      db.prepare('SELECT terms FROM f WHERE f MATCH ?').pluck().all(condition),
    );
    db.close();
    expect(found.map((rows) => rows.sort())).toEqual([
      ['a b c', 'a c', 'b c', 'c'],
      ['a', 'a b', 'b'],
    ]);
  });
});

describe('queryTerms', () => {
  it('knows how rare words are, exactly where they are, about where they are not', async () => {
    const sqlite = sqliteAt(databasePath(), memoryMigrations);
    const connection = await sqlite.hot();
    await connection.write((sql) => {
      for (let seq = 1; seq <= 5000; seq += 1) {
        const terms = ['everywher', ...(seq % 2 === 0 ? ['half'] : []), ...(seq === 77 ? ['zebra'] : [])];
        sql.run('INSERT INTO memory_fts (rowid, terms, facets) VALUES (?, ?, ?)', [seq, terms.join(' '), '']);
      }
      sql.run('UPDATE memory_total SET memories = 5000, terms = 10000');
    });
    const terms = connection.read((sql) =>
      queryTerms(sql, 'everywhere half zebras unknown the', false, { ...collectionSize(sql), lastSeq: 5000 }),
    );
    await sqlite.close();
    expect(terms.map(({ forms, documents }) => [forms[0]?.term, documents])).toEqual([
      ['everywher', 5000],
      ['half', 2500],
      ['zebra', 1],
      ['unknown', 0],
    ]);
    const [everywhere = 0, half = 0, zebra = 0, unknown = 0] = terms.map(({ idf }) => idf);
    expect([everywhere > 0, half > everywhere, zebra > half, unknown > zebra]).toEqual([true, true, true, true]);
  });
});
