import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LAUNCHER, temporaryFolder } from '../support/server-process.ts';

/** Makes the running Node.js look like another version to everything that it starts with. */
const pretend = (version: string) => [
  '--import',
  `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`,
];

/** The launcher alone in a folder, as an installation without its development dependencies. */
function lonelyLauncher(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  copyFileSync(LAUNCHER, join(folder, 'bin', 'breakwater.mjs'));
  return join(folder, 'bin', 'breakwater.mjs');
}

function run(version: string, launcher: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...pretend(version), launcher, ...args], {
    encoding: 'utf8',
    input: '',
  });
  return { status, stdout, stderr };
}

it.each(['20.20.2', '18.0.0', '22.13.1'])('refuses Node.js %s with one clear line', (version) => {
  const { status, stdout, stderr } = run(version, lonelyLauncher());
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^breakwater: Node\.js 22\.14 or later is needed, this is [\d.]+\. Get it from .*\n$/);
  expect(stderr).toContain(version);
});

it('uses the runtime that is installed beside it', () => {
  const launcher = lonelyLauncher();
  const runtime = join(launcher, '..', '..', 'node_modules', 'node');
  mkdirSync(join(runtime, 'bin'), { recursive: true });
  writeFileSync(join(runtime, 'package.json'), '{"name":"node","version":"24.0.0"}');
  const binary = join(runtime, 'bin', 'node');
  writeFileSync(binary, '#!/bin/sh\necho "pinned runtime: $*"\nexit 7\n');
  chmodSync(binary, 0o755);
  const { status, stdout } = run('20.20.2', launcher, '--version');
  expect(stdout).toMatch(/^pinned runtime: .*breakwater\.mjs --version\n$/);
  expect(status).toBe(7);
});

it('says how to build when there is nothing to run', () => {
  const { status, stderr } = run(process.versions.node, lonelyLauncher());
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'breakwater: not built yet. Run "npm run build" in its folder.\n',
  });
});

it('checks the runtime for npm scripts', () => {
  expect(run('20.20.2', LAUNCHER, '--check-runtime').status).toBe(1);
  expect(run('22.14.0', LAUNCHER, '--check-runtime')).toEqual({ status: 0, stdout: '', stderr: '' });
});

it('prints version and help, and refuses what it does not know', () => {
  expect(run(process.versions.node, LAUNCHER, '--version')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  expect(run(process.versions.node, LAUNCHER, '--help').stdout).toContain('Usage: breakwater [options] [command]');
  expect(run(process.versions.node, LAUNCHER, 'bogus')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining("unknown command 'bogus'"),
  });
});
