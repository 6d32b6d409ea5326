import type { Database } from 'better-sqlite3';
import { AppError } from '../core/errors.ts';

/** One step forward of the schema. Every domain folder owns its own; `app.ts` lists them all. */
export interface Migration {
  /** Unique and stable for ever: `<folder>-<number>`, for instance `memory-001`. */
  id: string;
  sql: string;
  /** True when the step drops or rewrites data: the file is copied aside first. */
  destructive?: boolean;
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS schema_migration (id TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) WITHOUT ROWID, STRICT`;

/** The migrations that this file lacks. Refuses a file that a newer version has changed. */
export function pendingMigrations(db: Database, migrations: readonly Migration[]): Migration[] {
  const known = new Set(migrations.map((migration) => migration.id));
  const applied = new Set(appliedIds(db));
  const foreign = [...applied].filter((id) => !known.has(id));
  if (foreign.length > 0) {
    throw new AppError('unavailable', 'The database was written by a newer version of Breakwater.', {
      hint: 'Update Breakwater (npm install -g breakwater-mcp@latest), or point BREAKWATER_DB at another file.',
      details: { unknown_migrations: foreign },
    });
  }
  return migrations.filter((migration) => !applied.has(migration.id));
}

/** Applies what is missing in one transaction. Safe when several processes start at once: the loser finds nothing left to do. */
export function applyMigrations(db: Database, migrations: readonly Migration[], now: number): void {
  db.transaction(() => {
    db.exec(TABLE);
    for (const migration of pendingMigrations(db, migrations)) {
      db.exec(migration.sql);
      db.prepare('INSERT INTO schema_migration (id, applied_at) VALUES (?, ?)').run(migration.id, now);
    }
  }).immediate();
}

function appliedIds(db: Database): string[] {
  const exists = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'").get();
  if (exists === undefined) return [];
  return db.prepare<[], string>('SELECT id FROM schema_migration').pluck().all();
}
