import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billOfMaterials, bundledPackages } from '../support/bill-of-materials.ts';
import { CI_RUN } from '../support/ci-only.ts';
import { ROOT } from '../support/server-process.ts';

interface LockedPackage {
  integrity?: string;
  hasInstallScript?: boolean;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const locked = Object.entries(packages).filter(([path]) => path !== '');

/** Only npm's own code of a failed connection: what it tells about packages may hold any word. */
function isOutOfReach(stderr: string): boolean {
  return /^npm (?:error|ERR!) code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)$/m.test(
    stderr,
  );
}

it.each([
  [
    'npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error network request to https://keys.example failed',
    true,
  ],
  ['npm warn old lockfile\nnpm error code ETIMEDOUT\n', true],
  ['network-endpoint@1.0.0 (https://registry.example/) has an invalid registry signature', false],
  ['npm error code EEXPIREDSIGNATUREKEY\nnpm error network@1.0.0 has a signature with an expired key', false],
  ['npm error code E500\nnpm error 500 Internal Server Error - GET https://registry.example/endpoint', false],
  ['', false],
])('a registry is out of reach when npm could not connect, and only then: %j', (stderr, expected) => {
  expect(isOutOfReach(stderr)).toBe(expected);
});

describe.skipIf(!CI_RUN)('where everything comes from', () => {
  it('every package has a checksum in the lockfile, and only these a script, of which none is needed at run time', () => {
    expect(locked.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
    expect(withScript).toEqual(['node_modules/better-sqlite3', 'node_modules/esbuild', 'node_modules/node']);
  });

  it('the bill of materials names what is installed and what is bundled, with permissive licences', () => {
    const bundled = bundledPackages();
    const { components, dependencies } = billOfMaterials();
    const names = components.map(({ name, version }) => `${name}@${version}`);
    expect(names).toEqual(expect.arrayContaining(bundled));
    expect(components.filter((_, index) => !bundled.includes(names[index] ?? '')).map(({ name }) => name)).toEqual([
      'better-sqlite3',
      'node-addon-api',
    ]);
    const licences = new Set(components.flatMap(({ licenses = [] }) => licenses.map(({ license }) => license.id)));
    expect([...licences].sort()).toEqual(['Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT']);
    expect(components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
    expect(dependencies.find(({ ref }) => ref.startsWith('breakwater-mcp@'))?.dependsOn).toContainEqual(
      expect.stringMatching(/^better-sqlite3@/),
    );
  });

  it('what is bundled is shipped with its notices', () => {
    const notices = readFileSync(join(ROOT, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const sections = [...notices.matchAll(/^(\S+) \d+\.\S+ \(([^)]+)\)$/gm)];
    const names = sections.map(([, name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['@modelcontextprotocol/sdk', 'axios', 'cockatiel', 'express', 'zod']),
    );
    expect(names.length).toBeGreaterThan(50);
    expect(notices).toContain('Permission is hereby granted, free of charge');
  });

  it('the packages are signed by their registry', { timeout: 120_000 }, ({ skip }) => {
    const { status, stdout, stderr } = spawnSync('npm', ['audit', 'signatures', '--fetch-retries=0'], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 110_000,
    });
    skip(status !== 0 && isOutOfReach(stderr), 'the keys of the registry cannot be fetched here');
    expect(status, stdout + stderr).toBe(0);
  });
});
