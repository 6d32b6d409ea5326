import type { Clock } from '../../core/clock.ts';
import { systemClock } from '../../core/clock.ts';
import { AppError } from '../../core/errors.ts';
import { isAlive } from '../../core/process-name.ts';
import type { Sql } from '../../storage/connection.ts';
import type { Migration } from '../../storage/migrations.ts';
import type { Sqlite } from '../../storage/sqlite.ts';
import type { ListenerRegistry, ListenerState, Member } from './listener-registry.ts';
import type { Route } from './route.ts';
import type { SecretDigest } from './secret-digests.ts';

export const listenerMigrations: readonly Migration[] = [
  {
    id: 'webhooks-002',
    sql: `
      CREATE TABLE webhook_listener (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        port INTEGER NOT NULL,
        owner TEXT
      ) STRICT;
      CREATE TABLE webhook_member (
        process TEXT NOT NULL,
        workspace TEXT NOT NULL,
        PRIMARY KEY (process, workspace)
      ) WITHOUT ROWID, STRICT;
      CREATE TABLE webhook_route (
        workspace TEXT NOT NULL,
        path TEXT NOT NULL,
        provider TEXT NOT NULL,
        secret_env TEXT,
        forward_to TEXT,
        forward_unverified INTEGER NOT NULL,
        public_url TEXT,
        PRIMARY KEY (workspace, path)
      ) WITHOUT ROWID, STRICT;`,
  },
  {
    id: 'webhooks-003',
    sql: `
      CREATE TABLE webhook_secret (
        workspace TEXT NOT NULL,
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (workspace, name)
      ) WITHOUT ROWID, STRICT;`,
  },
  {
    id: 'webhooks-005',
    sql: 'ALTER TABLE webhook_member ADD COLUMN joined_at INTEGER NOT NULL DEFAULT 0;',
  },
];

interface MemberRow extends Member {
  joined_at: number;
}

interface RouteRow {
  workspace: string;
  path: string;
  provider: string;
  secret_env: string | null;
  forward_to: string | null;
  forward_unverified: number;
  public_url: string | null;
}

/** How long a member that died is remembered after it joined: until the others of its workspace have looked. */
const REMEMBERED_MS = 60_000;

/** Needs `listenerMigrations`. */
export class SqliteListenerRegistry implements ListenerRegistry {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;

  constructor(sqlite: Sqlite, clock: Clock = systemClock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async read(): Promise<ListenerState> {
    return (await this.#sqlite.hot()).read(readState);
  }

  async join(member: Member, port: number, routes: readonly Route[]): Promise<void> {
    const now = this.#clock.now();
    await this.#write((sql) => {
      forgetDead(sql, now);
      refuseConflict(readState(sql), member.workspace, port, routes);
      sql.run('DELETE FROM webhook_route WHERE workspace = ?', [member.workspace]);
      for (const route of routes) saveRoute(sql, route);
      sql.run('INSERT OR IGNORE INTO webhook_member (process, workspace, joined_at) VALUES (?, ?, ?)', [
        member.process,
        member.workspace,
        now,
      ]);
      sql.run(
        'INSERT INTO webhook_listener (id, port) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET port = excluded.port',
        [port],
      );
    });
  }

  async follow({ process, workspace }: Member): Promise<void> {
    const now = this.#clock.now();
    await this.#write((sql) => {
      forgetDead(sql, now);
      sql.run(
        `INSERT OR IGNORE INTO webhook_member (process, workspace, joined_at)
         SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM webhook_member WHERE workspace = ?)`,
        [process, workspace, now, workspace],
      );
    });
  }

  async vouch(workspace: string, secrets: readonly SecretDigest[]): Promise<void> {
    await this.#write((sql) => {
      sql.run('DELETE FROM webhook_secret WHERE workspace = ?', [workspace]);
      for (const { name, digest } of secrets) {
        sql.run('INSERT INTO webhook_secret (workspace, name, digest) VALUES (?, ?, ?)', [workspace, name, digest]);
      }
    });
  }

  async own(process: string, port: number): Promise<void> {
    await this.#write((sql) => sql.run('UPDATE webhook_listener SET owner = ?, port = ?', [process, port]));
  }

  async leave(process: string): Promise<void> {
    await this.#write((sql) => {
      sql.run('DELETE FROM webhook_member WHERE process = ?', [process]);
      sql.run('UPDATE webhook_listener SET owner = NULL WHERE owner = ?', [process]);
    });
  }

  async stop(workspace: string): Promise<void> {
    await this.#write((sql) => sql.run('DELETE FROM webhook_member WHERE workspace = ?', [workspace]));
  }

  async #write(work: (sql: Sql) => unknown): Promise<void> {
    await (await this.#sqlite.hot()).write(work);
  }
}

function readState(sql: Sql): ListenerState {
  const row = sql.get<{ port: number; owner: string | null }>('SELECT port, owner FROM webhook_listener');
  const members = sql.all<MemberRow>('SELECT process, workspace, joined_at FROM webhook_member');
  const owner = row?.owner ?? undefined;
  return {
    port: row?.port,
    owner: owner !== undefined && isAlive(owner) ? owner : undefined,
    members: members
      .filter(({ process }) => isAlive(process))
      .map(({ process, workspace }) => ({ process, workspace })),
    dead: members
      .filter(({ process }) => !isAlive(process))
      .map(({ workspace, joined_at }) => ({ workspace, joinedAt: joined_at })),
    routes: sql.all<RouteRow>('SELECT * FROM webhook_route ORDER BY workspace, path').map(toRoute),
    secrets: sql.all<SecretDigest>('SELECT workspace, name, digest FROM webhook_secret'),
  };
}

function forgetDead(sql: Sql, now: number): void {
  const old = 'SELECT DISTINCT process FROM webhook_member WHERE joined_at < ?';
  for (const { process } of sql.all<{ process: string }>(old, [now - REMEMBERED_MS])) {
    if (!isAlive(process)) sql.run('DELETE FROM webhook_member WHERE process = ?', [process]);
  }
}

function refuseConflict(state: ListenerState, workspace: string, port: number, routes: readonly Route[]): void {
  if (state.members.length > 0 && state.port !== undefined && state.port !== port) {
    throw new AppError('conflict', `The listener runs on port ${state.port} already.`, {
      hint: `One port serves every session on this machine: leave port out, or stop it first.`,
      details: { port: state.port },
    });
  }
  const active = new Set(state.members.map((member) => member.workspace));
  const taken = state.routes.find(
    (other) =>
      other.workspace !== workspace && active.has(other.workspace) && routes.some(({ path }) => path === other.path),
  );
  if (taken === undefined) return;
  throw new AppError('conflict', `The path ${taken.path} belongs to another workspace: ${taken.workspace}.`, {
    hint: `Give routes with paths of your own, for instance [{"path": "/my-project${taken.path}", "provider": "${taken.provider}"}].`,
    details: { path: taken.path, workspace: taken.workspace },
  });
}

function saveRoute(sql: Sql, route: Route): void {
  sql.run(
    `INSERT INTO webhook_route (workspace, path, provider, secret_env, forward_to, forward_unverified, public_url)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [
      route.workspace,
      route.path,
      route.provider,
      route.secretEnv ?? null,
      route.forwardTo ?? null,
      route.forwardUnverified ? 1 : 0,
      route.publicUrl ?? null,
    ],
  );
}

function toRoute(row: RouteRow): Route {
  return {
    workspace: row.workspace,
    path: row.path,
    provider: row.provider,
    secretEnv: row.secret_env ?? undefined,
    forwardTo: row.forward_to ?? undefined,
    forwardUnverified: row.forward_unverified === 1,
    publicUrl: row.public_url ?? undefined,
  };
}
