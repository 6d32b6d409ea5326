import Database from 'better-sqlite3';
import type { RecordChange, RecordedEvent, StoredRecord } from '../types/index.js';
import { ReferenceConflictError } from '../types/index.js';
import type { IntegrationStore, RequestState } from './store.js';
import { applyChange, parseData } from './store.js';

const TABLES = `
  CREATE TABLE IF NOT EXISTS integration_event (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, occurred_at_ms INTEGER NOT NULL, received_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS integration_record (
    kind TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, rank INTEGER NOT NULL, is_final INTEGER NOT NULL,
    data TEXT NOT NULL, occurred_at_ms INTEGER NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (kind, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS integration_request (
    reference TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, started_at_ms INTEGER NOT NULL, result TEXT
  ) STRICT;
`;

interface RecordRow {
  kind: string;
  id: string;
  status: string;
  rank: number;
  is_final: number;
  data: string;
  occurred_at_ms: number;
  event_id: string;
}

interface RequestRow {
  fingerprint: string;
  started_at_ms: number;
  result: string | null;
}

/** One SQLite file. `synchronous = FULL` makes a commit survive power loss. */
export class SqliteStore implements IntegrationStore {
  readonly #database: Database.Database;

  constructor(path: string) {
    this.#database = new Database(path, { timeout: 5_000 });
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = FULL');
    this.#database.exec(TABLES);
  }

  async record(events: readonly RecordedEvent[]): Promise<readonly string[]> {
    // Immediate: a transaction that reads first could lose the lock to another process when it comes to write.
    return this.#database
      .transaction(() => events.filter((event) => this.#recordOne(event)).map(({ id }) => id))
      .immediate();
  }

  async find(kind: string, id: string): Promise<StoredRecord | undefined> {
    return this.#find(kind, id);
  }

  async beginRequest(reference: string, fingerprint: string): Promise<RequestState> {
    return this.#database
      .transaction((): RequestState => {
        const known = this.#database
          .prepare<[string], RequestRow>(
            'SELECT fingerprint, started_at_ms, result FROM integration_request WHERE reference = ?',
          )
          .get(reference);
        if (known === undefined) {
          this.#database
            .prepare('INSERT INTO integration_request (reference, fingerprint, started_at_ms) VALUES (?, ?, ?)')
            .run(reference, fingerprint, Date.now());
          return { state: 'new' };
        }
        if (known.fingerprint !== fingerprint) throw new ReferenceConflictError();
        if (known.result !== null) return { state: 'done', result: known.result };
        return { state: 'pending', startedAtMs: known.started_at_ms };
      })
      .immediate();
  }

  async finishRequest(reference: string, result: string): Promise<void> {
    this.#database.prepare('UPDATE integration_request SET result = ? WHERE reference = ?').run(result, reference);
  }

  async abandonRequest(reference: string): Promise<void> {
    this.#database.prepare('DELETE FROM integration_request WHERE reference = ? AND result IS NULL').run(reference);
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #recordOne(event: RecordedEvent): boolean {
    const { changes } = this.#database
      .prepare(
        'INSERT INTO integration_event (id, type, occurred_at_ms, received_at_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      .run(event.id, event.type, event.occurredAtMs, Date.now());
    if (changes === 0) return false;
    if (event.change !== undefined) this.#apply(event, event.change);
    return true;
  }

  #apply(event: RecordedEvent, change: RecordChange): void {
    const next = applyChange(this.#find(change.kind, change.id), event, change);
    if (next === undefined) return;
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO integration_record (kind, id, status, rank, is_final, data, occurred_at_ms, event_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        next.kind,
        next.id,
        next.status,
        next.rank,
        Number(next.isFinal),
        JSON.stringify(next.data),
        next.occurredAtMs,
        next.eventId,
      );
  }

  #find(kind: string, id: string): StoredRecord | undefined {
    const row = this.#database
      .prepare<[string, string], RecordRow>('SELECT * FROM integration_record WHERE kind = ? AND id = ?')
      .get(kind, id);
    return row && toRecord(row);
  }
}

function toRecord({ is_final, occurred_at_ms, event_id, data, ...row }: RecordRow): StoredRecord {
  return { ...row, isFinal: is_final === 1, occurredAtMs: occurred_at_ms, eventId: event_id, data: parseData(data) };
}
