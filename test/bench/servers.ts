import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { install } from '../support/install-packages.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** A server that can be measured: a script, and what it needs in its environment to keep its data in a folder. */
export interface ServerScript {
  script: string;
  env?: (folder: string) => Record<string, string>;
}

export const breakwater: ServerScript = {
  script: join(ROOT, 'bin', 'breakwater.mjs'),
  env: breakwaterEnv,
};

/** What the runtime and the pipe alone cost. */
export const bareServer: ServerScript = { script: join(import.meta.dirname, 'bare-server.mjs') };

export const oneToolServer: ServerScript = { script: join(import.meta.dirname, 'one-tool-server.mjs') };

export const paymentToolServer: ServerScript = {
  script: join(import.meta.dirname, 'payment-tool-server.mjs'),
  env: (folder) => ({ BENCH_DB: join(folder, 'payment-tool.db') }),
};

/** The one-tool server as one minified file in `folder`, as Breakwater is built. */
export async function bundleOneTool(folder: string): Promise<ServerScript> {
  const script = join(folder, 'one-tool.mjs');
  await build({
    entryPoints: [oneToolServer.script],
    outfile: script,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  });
  return { script };
}

const SERVER_MEMORY = '@modelcontextprotocol/server-memory@2026.8.31';

/** The protocol's own memory server, installed at its first use. */
export function serverMemory(): ServerScript {
  const folder = install(SERVER_MEMORY);
  return {
    script: join(folder, 'node_modules', '@modelcontextprotocol', 'server-memory', 'dist', 'index.js'),
    env: (data) => ({ MEMORY_FILE_PATH: join(data, 'memory.jsonl') }),
  };
}

/** The environment of Breakwater with its data in `folder`. */
export function breakwaterEnv(folder: string): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  const own = { BREAKWATER_DB: databaseIn(folder), BREAKWATER_WORKSPACE: 'bench', BREAKWATER_LOG: 'silent' };
  return { PATH, HOME, ...own };
}

export function databaseIn(folder: string): string {
  return join(folder, 'bench.db');
}
