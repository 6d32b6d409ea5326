import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Installs packages that only some runs need into a folder of their own, once, and returns that folder: what measures or judges us is no
 * part of what a contributor installs.
 */
export function install(...packages: readonly string[]): string {
  const name = packages.join('+').replaceAll(/[^\w.+-]/g, '_');
  const folder = join(tmpdir(), 'breakwater-packages', name);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', [...args, ...packages], { stdio: 'pipe' });
  writeFileSync(done, '');
  return folder;
}
