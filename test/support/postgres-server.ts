import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { listenOnLoopback } from '../../src/core/listen-on-loopback.ts';

export interface PostgresServer {
  readonly url: string;
  stop(): void;
}

/** Debian keeps the server's programs of each version out of the PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** Starts a PostgreSQL of its own on loopback, in a new folder; undefined where none is installed. */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const bin = findPrograms();
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-postgres-'));
  const user = otherThanRoot();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(bin, program), ['-D', data, ...args], { ...user, cwd: folder, stdio: 'ignore' });
  const port = await freePort();
  const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories= -c fsync=off`;
  run('initdb', '--auth=trust', '--username=postgres', '--no-sync');
  run('pg_ctl', '--wait', '--log', join(folder, 'log'), '--options', settings, 'start');
  const stop = () => {
    run('pg_ctl', '--mode', 'immediate', 'stop');
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, stop };
}

function findPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...versions];
  return folders.find((folder) => ['initdb', 'pg_ctl'].every((name) => existsSync(join(folder, name))));
}

/** PostgreSQL refuses to run as root; where it is installed there is a user for it. */
function otherThanRoot(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  server.close();
  return port;
}
