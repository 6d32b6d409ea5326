import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import { installPackage, packPackage } from '../support/packed-package.ts';
import { startServer, succeed, temporaryFolder } from '../support/server-process.ts';

const MINUTES = 60_000;
/** Everything in the package is one of these, and the rest of dist is code. */
const EXPECTED =
  /^(?:LICENSE|README\.md|CHANGELOG\.md|package\.json|bin\/breakwater\.mjs|docs\/[\w-]+\.md|docs\/images\/[\w-]+\.svg|templates\/.+|dist\/THIRD-PARTY-LICENSES\.txt|dist\/cjs\/package\.json|dist\/[\w/-]+\.js(?:\.LEGAL\.txt)?|dist\/dashboard\/[\w.-]+\.(?:css|html|svg)|dist\/(?:cjs\/)?types\/[\w/-]+\.d\.ts)$/;

describe.skipIf(!CI_RUN)('the packed tarball', { timeout: 5 * MINUTES }, () => {
  it('holds what it must and nothing else', () => {
    const { files, unpackedSize } = packPackage(temporaryFolder());
    const needed = [
      'bin/breakwater.mjs',
      'dist/main.js',
      'dist/checkpoint-worker.js',
      'dist/file-worker.js',
      'dist/dashboard/page.js',
      'dist/THIRD-PARTY-LICENSES.txt',
      'LICENSE',
      'README.md',
    ];
    expect(files).toEqual(expect.arrayContaining([...needed, 'dist/cjs/simulator.js', 'dist/exports/mocks.js']));
    expect(files.filter((path) => !EXPECTED.test(path))).toEqual([]);
    expect(unpackedSize).toBeLessThan(5_000_000);
  });

  it('brings the database only, and serves without any script having run', async () => {
    const home = temporaryFolder();
    const launcher = installPackage(packPackage(temporaryFolder()), home);
    const modules = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(modules.sort()).toEqual(['better-sqlite3', 'breakwater-mcp', 'node-addon-api']);
    expect(modules.flatMap((name) => installScripts(join(home, 'node_modules', name)))).toEqual([]);

    const project = temporaryFolder();
    writeFileSync(join(project, 'package.json'), '{ "name": "@shop/root" }');
    const server = await startServer(project, {}, launcher);
    await succeed(server, 'store_memory', { content: 'works from the tarball' });
    await succeed(server, 'configure_integration', { service: 'stripe' });
    await succeed(server, 'scaffold_integration', { service: 'stripe' });
    expect(existsSync(join(project, 'services/integrations/stripe/src/server.ts'))).toBe(true);
  });
});

function installScripts(folder: string): string[] {
  const { name, scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    scripts?: Record<string, string>;
  };
  return ['preinstall', 'install', 'postinstall'].filter((hook) => hook in scripts).map((hook) => `${name}: ${hook}`);
}
