import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import { RecordingTransport } from '../support/recording-transport.ts';
import { callTool, onTestEnd, ROOT, serverEnv, temporaryFolder } from '../support/server-process.ts';

const MINUTES = 60_000;

describe.skipIf(!CI_RUN)('the packed tarball', () => {
  it('installs without scripts and development dependencies, and serves', { timeout: 5 * MINUTES }, async () => {
    const folder = temporaryFolder();
    const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
    const [packed] = Object.values(
      JSON.parse(execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' })) as object,
    ) as {
      filename: string;
      files: { path: string }[];
    }[];
    const files = packed?.files.map(({ path }) => path) ?? [];
    expect(files).toEqual(expect.arrayContaining(['bin/breakwater.mjs', 'dist/main.js', 'README.md', 'package.json']));
    expect(files.filter((path) => /^(?:test|src|scripts|\.ci)\//.test(path))).toEqual([]);

    const home = join(folder, 'home');
    const install = [
      'install',
      '--prefix',
      home,
      '--ignore-scripts',
      '--no-audit',
      join(folder, packed?.filename ?? ''),
    ];
    execFileSync('npm', install, { encoding: 'utf8', stdio: 'pipe' });
    const modules = join(home, 'node_modules');
    expect(existsSync(join(modules, 'vitest'))).toBe(false);
    const needScripts = readdirSync(modules).filter((name) => hasInstallScript(join(modules, name)));
    expect(needScripts).toEqual([]);

    const transport = new RecordingTransport({
      command: process.execPath,
      args: [join(modules, 'breakwater-mcp', 'bin', 'breakwater.mjs')],
      env: serverEnv(folder),
      cwd: folder,
    });
    onTestEnd(() => void transport.child.kill('SIGKILL'));
    const client = new Client({ name: 'packed', version: '1' });
    await client.connect(transport);
    const stored = await callTool(client, 'store_memory', { content: 'works from the tarball' });
    expect(stored.isError).toBe(false);
    const configured = await callTool(client, 'configure_integration', { service: 'stripe' });
    expect(configured.isError).toBe(false);
    writeFileSync(join(folder, 'package.json'), '{"name":"@shop/root"}');
    const generated = await callTool(client, 'scaffold_integration', { service: 'stripe' });
    expect(generated.isError).toBe(false);
    expect(existsSync(join(folder, 'services/integrations/stripe/src/server.ts'))).toBe(true);
    expect(transport.pollution).toEqual([]);
  });
});

function hasInstallScript(folder: string): boolean {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return false;
  const { scripts = {} } = JSON.parse(readFileSync(path, 'utf8')) as { scripts?: Record<string, string> };
  return ['preinstall', 'install', 'postinstall'].some((name) => name in scripts);
}
