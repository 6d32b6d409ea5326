/** Builds the bundle that desktop clients install: `npm run mcpb -- [file]`. One file for every platform, because the database's library is. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { tools } from '../src/tools/registry.ts';
import { install } from '../test/support/install-packages.ts';
import { bundleManifest } from './manifests.ts';

/** What the server needs to run; what other packages import stays out, and so do the sources of SQLite. */
const CONTENTS = ['bin', 'dist', 'templates', 'package.json', 'LICENSE', 'README.md', ...parts('better-sqlite3')];
const LEFT_OUT = /^dist\/(?:exports|cjs|types)(?:\/|$)/;

function parts(name: string): string[] {
  return ['package.json', 'LICENSE', 'lib', 'prebuilds'].map((part) => join('node_modules', name, part));
}

function stage(folder: string): void {
  for (const path of CONTENTS) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target, { recursive: true, dereference: true, filter: (source) => !LEFT_OUT.test(source) });
  }
  cpSync('plugin/.claude-plugin/icon.png', join(folder, 'icon.png'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(bundleManifest(tools), null, 2));
}

const output = resolve(process.argv[2] ?? `${packageJson.name}-${packageJson.version}.mcpb`);
const mcpb = join(install('@anthropic-ai/mcpb@2.1.2'), 'node_modules/@anthropic-ai/mcpb/dist/cli/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'breakwater-mcpb-'));
try {
  stage(folder);
  execFileSync(process.execPath, [mcpb, 'pack', folder, output], { stdio: ['ignore', 'ignore', 'inherit'] });
  console.log(output);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
