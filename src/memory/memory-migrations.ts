import type { Migration } from '../storage/migrations.ts';

/**
 * `memory_fts` holds the index terms that `tokens.ts` makes and the facet words of `facets.ts`, without the text itself; facets filter and
 * do not rank. It has a row for every memory that searches may find: superseded ones leave it, expired ones are filtered until they are
 * deleted. `memory.terms` holds the same terms as hashes, in order, for the second ranking (`term-vector.ts`); `memory_total` what their
 * average length is made of; `memory_term` every term ever indexed, for likely spellings. `memory_version` holds what updates replaced.
 */
export const memoryMigrations: readonly Migration[] = [
  {
    id: 'memory-001',
    sql: `
      CREATE TABLE memory (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        workspace TEXT NOT NULL,
        is_global INTEGER NOT NULL,
        agent TEXT NOT NULL,
        session_id TEXT,
        context_type TEXT NOT NULL,
        category TEXT,
        tags TEXT NOT NULL,
        importance INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        stored_at INTEGER NOT NULL,
        times_stored INTEGER NOT NULL,
        expires_at INTEGER,
        superseded_by TEXT,
        fingerprint TEXT NOT NULL,
        facets TEXT NOT NULL,
        summary TEXT NOT NULL,
        terms BLOB NOT NULL,
        content TEXT NOT NULL
      ) STRICT;
      CREATE INDEX memory_by_time ON memory (workspace, stored_at) WHERE superseded_by IS NULL;
      CREATE INDEX memory_global_by_time ON memory (stored_at) WHERE is_global = 1 AND superseded_by IS NULL;
      CREATE INDEX memory_by_fingerprint ON memory (fingerprint);
      CREATE INDEX memory_by_expiry ON memory (expires_at) WHERE expires_at IS NOT NULL;
      CREATE TABLE memory_total (memories INTEGER NOT NULL, terms INTEGER NOT NULL) STRICT;
      INSERT INTO memory_total VALUES (0, 0);
      CREATE VIRTUAL TABLE memory_fts USING fts5 (
        terms, facets, content = '', contentless_delete = 1, detail = full, tokenize = 'ascii'
      );
      INSERT INTO memory_fts (memory_fts, rank) VALUES ('rank', 'bm25(1.0, 0.0)');
      CREATE TABLE memory_term (term TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;`,
  },
  {
    id: 'memory-002',
    sql: `
      ALTER TABLE memory ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE memory ADD COLUMN updated_at INTEGER;
      CREATE INDEX memory_by_session ON memory (workspace, session_id, seq) WHERE session_id IS NOT NULL;
      CREATE TABLE memory_version (
        memory_id TEXT NOT NULL REFERENCES memory (id) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        saved_at INTEGER NOT NULL,
        is_global INTEGER NOT NULL,
        agent TEXT NOT NULL,
        session_id TEXT,
        context_type TEXT NOT NULL,
        category TEXT,
        tags TEXT NOT NULL,
        importance INTEGER NOT NULL,
        summary TEXT NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (memory_id, version)
      ) STRICT;
      CREATE TABLE memory_link (
        from_id TEXT NOT NULL REFERENCES memory (id) ON DELETE CASCADE,
        to_id TEXT NOT NULL REFERENCES memory (id) ON DELETE CASCADE,
        relationship TEXT NOT NULL,
        agent TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (from_id, to_id, relationship)
      ) WITHOUT ROWID, STRICT;
      CREATE INDEX memory_link_by_target ON memory_link (to_id);`,
  },
  {
    id: 'memory-003',
    sql: `
      CREATE TABLE memory_vector (
        seq INTEGER PRIMARY KEY REFERENCES memory (seq) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        model TEXT NOT NULL,
        vector BLOB NOT NULL
      ) STRICT;`,
  },
];
