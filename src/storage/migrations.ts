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

/** Marks a file as Breakwater's ("BWTR"): https://sqlite.org/pragma.html#pragma_application_id. Older versions have set none. */
const APPLICATION_ID = 0x42_57_54_52;

/** The migrations that this file lacks. Refuses a file of another program, and one that a newer version has changed; reads only. */
export function pendingMigrations(db: Database, migrations: readonly Migration[]): Migration[] {
  refuseForeign(db);
  const known = new Set(migrations.map((migration) => migration.id));
  const applied = new Set(appliedIds(db));
  const foreign = [...applied].filter((id) => !known.has(id));
  if (foreign.length > 0) {
    throw new AppError('unavailable', 'The database was written by a newer version of Breakwater.', {
      hint: 'Update Breakwater (npm install -g breakwater-mcp@latest) and start it anew, or point BREAKWATER_DB at another file.',
      details: { unknown_migrations: foreign },
    });
  }
  return migrations.filter((migration) => !applied.has(migration.id));
}

/** Applies what is missing in one transaction. Safe when several processes start at once: the loser finds nothing left to do. */
export function applyMigrations(db: Database, migrations: readonly Migration[], now: number): void {
  db.transaction(() => {
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.exec(TABLE);
    for (const migration of pendingMigrations(db, migrations)) {
      db.exec(migration.sql);
      db.prepare('INSERT INTO schema_migration (id, applied_at) VALUES (?, ?)').run(migration.id, now);
    }
  }).immediate();
}

/** Another program's data must not be mixed with ours: its file is recognised by its own mark, or by tables without our list of steps. */
function refuseForeign(db: Database): void {
  const id = db.prepare<[], number>('PRAGMA application_id').pluck().get() ?? 0;
  if (id === APPLICATION_ID || (id === 0 && (hasSteps(db) || isEmpty(db)))) return;
  throw new AppError('unavailable', 'The file at BREAKWATER_DB is the database of another program.', {
    hint: 'Point BREAKWATER_DB at a file of its own: a missing one is made. Nothing was changed.',
    details: { file: db.name },
  });
}

function appliedIds(db: Database): string[] {
  return hasSteps(db) ? db.prepare<[], string>('SELECT id FROM schema_migration').pluck().all() : [];
}

function hasSteps(db: Database): boolean {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'";
  return db.prepare(table).get() !== undefined;
}

function isEmpty(db: Database): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
}
