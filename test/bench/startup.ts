import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Comparison } from './statistics.ts';
import { compare } from './statistics.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PRELOAD = join(import.meta.dirname, 'cpu-at-first-output.mjs');
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
});

/** CPU milliseconds from spawn to the answer to `initialize`. */
async function cpuToInitialize(script: string, folder: string): Promise<number> {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, BREAKWATER_DB: join(folder, 'bench.db'), BREAKWATER_LOG: 'silent' };
  const child = spawn(process.execPath, ['--import', PRELOAD, script], { env, stdio: 'pipe' });
  const cpu = new Promise<number>((done, fail) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const found = /cpu=(\d+)\n/.exec(text)?.[1];
      if (found !== undefined) done(Number(found) / 1000);
    });
    child.once('close', () => fail(new Error(`${script} ended before it answered: ${text}`)));
  });
  child.stdin.write(`${INITIALIZE}\n`);
  try {
    return await cpu;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Bar: at most 1.3 times the bundled one-tool server. */
export async function measureStartup(rounds: number): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-bench-'));
  const peer = join(folder, 'one-tool.mjs');
  try {
    await build({
      entryPoints: [join(import.meta.dirname, 'one-tool-server.ts')],
      outfile: peer,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    });
    const ours = join(ROOT, 'bin', 'breakwater.mjs');
    return await compare(
      'spawn to initialize, CPU ms',
      () => cpuToInitialize(ours, folder),
      () => cpuToInitialize(peer, folder),
      rounds,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
