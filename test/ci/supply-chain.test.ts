import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

describe.skipIf(!CI_RUN)('where everything comes from', () => {
  it('every package has a checksum in the lockfile, and only these a script, of which none is needed at run time', () => {
    expect(locked.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
    expect(withScript).toEqual(['node_modules/better-sqlite3', 'node_modules/esbuild', 'node_modules/node']);
  });

  it('the bill of materials of an installation is short, and its licences are permissive', () => {
    const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--omit', 'dev'];
    const { components } = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })) as {
      components: { name: string; licenses: { license: { id: string } }[] }[];
    };
    const licences = components.map(({ name, licenses }) => [name, licenses.map(({ license }) => license.id).join()]);
    expect(Object.fromEntries(licences)).toEqual({ 'better-sqlite3': 'MIT', 'node-addon-api': 'MIT' });
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
    const { status, stderr } = spawnSync('npm', ['audit', 'signatures', '--fetch-retries=0'], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 110_000,
    });
    skip(status !== 0 && /ENOTFOUND|network|endpoint/.test(stderr), 'the keys of the registry cannot be fetched here');
    expect(status, stderr).toBe(0);
  });
});
