import type { Clock } from '../core/clock.ts';
import { parseJson } from '../core/parse-json.ts';
import type { Sql } from '../storage/connection.ts';
import { present } from '../storage/connection.ts';
import type { Migration } from '../storage/migrations.ts';
import { Snapshot } from '../storage/snapshot.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { Integration, IntegrationConfig } from './integration.ts';
import { integrationConfig } from './integration.ts';
import type { BrokenIntegration, IntegrationStore, StoredIntegrations } from './integration-store.ts';

export const integrationMigrations: readonly Migration[] = [
  {
    id: 'integrations-001',
    sql: `
      CREATE TABLE integration (
        workspace TEXT NOT NULL,
        name TEXT NOT NULL,
        config TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (workspace, name)
      ) WITHOUT ROWID, STRICT;`,
  },
];

const DESCRIPTIONS_IN_USE = `
  SELECT DISTINCT iif(json_valid(config), config ->> '$.openapi.digest', NULL) AS digest FROM integration`;

interface IntegrationRow {
  workspace: string;
  name: string;
  config: string;
  created_at: number;
  updated_at: number;
}

export class SqliteIntegrationStore implements IntegrationStore {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  readonly #lists = new Snapshot<StoredIntegrations>();

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async save(workspace: string, name: string, config: IntegrationConfig): Promise<Integration> {
    const now = this.#clock.now();
    const ledger = await this.#sqlite.ledger();
    const row = await ledger.write((sql) => {
      this.#lists.clear();
      sql.run(
        `INSERT INTO integration (workspace, name, config, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (workspace, name) DO UPDATE SET config = excluded.config, updated_at = excluded.updated_at`,
        [workspace, name, JSON.stringify(config), now, now],
      );
      const saved = sql.get<IntegrationRow>('SELECT * FROM integration WHERE workspace = ? AND name = ?', [
        workspace,
        name,
      ]);
      return present(saved, 'The integration');
    });
    return { workspace, name, config, createdAt: row.created_at, updatedAt: row.updated_at };
  }

  async remove(workspace: string, name: string): Promise<boolean> {
    const ledger = await this.#sqlite.ledger();
    return ledger.write((sql) => {
      this.#lists.clear();
      return sql.run('DELETE FROM integration WHERE workspace = ? AND name = ?', [workspace, name]) > 0;
    });
  }

  /** Digests of the descriptions that integrations of any workspace name, those that are disabled too. */
  async descriptionsInUse(): Promise<string[]> {
    const ledger = await this.#sqlite.ledger();
    const rows = ledger.read((sql) => sql.all<{ digest: unknown }>(DESCRIPTIONS_IN_USE));
    return rows.flatMap(({ digest }) => (typeof digest === 'string' ? [digest] : []));
  }

  async list(workspace: string, name?: string): Promise<StoredIntegrations> {
    const ledger = await this.#sqlite.ledger();
    // Unambiguous: a workspace is a path or from the environment, and neither can hold a NUL.
    const key = name === undefined ? workspace : `${name}\0${workspace}`;
    return this.#lists.get(ledger, key, (sql) => readList(sql, workspace, name));
  }
}

function readList(sql: Sql, workspace: string, name: string | undefined): StoredIntegrations {
  const rows =
    name === undefined
      ? sql.all<IntegrationRow>('SELECT * FROM integration WHERE workspace = ? ORDER BY name', [workspace])
      : sql.all<IntegrationRow>('SELECT * FROM integration WHERE workspace = ? AND name = ?', [workspace, name]);
  const integrations: Integration[] = [];
  const broken: BrokenIntegration[] = [];
  for (const row of rows) {
    const config = parseConfig(row.config);
    if (Array.isArray(config)) broken.push({ workspace, name: row.name, problems: config });
    else integrations.push({ workspace, name: row.name, config, createdAt: row.created_at, updatedAt: row.updated_at });
  }
  return { integrations, broken };
}

/** The configuration, or what is wrong with it: a file can be edited by hand, or written by another version. */
function parseConfig(text: string): IntegrationConfig | string[] {
  const json = parseJson(text);
  if (json === undefined) return ['configuration: not JSON'];
  const parsed = integrationConfig.safeParse(json);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map((issue) => `${issue.path.join('.') || 'configuration'}: ${issue.message}`);
}
