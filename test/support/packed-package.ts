import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** What `npm publish` would publish. */
export interface PackedPackage {
  /** Absolute path. */
  tarball: string;
  /** Paths inside the package. */
  files: string[];
  /** Bytes when unpacked. */
  unpackedSize: number;
}

/** Packs what is built, into this folder. */
export function packPackage(folder: string): PackedPackage {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const answer: unknown = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }));
  // npm 11 answers a list, npm 12 an object by package name.
  const [packed] = Object.values(answer as object) as {
    filename: string;
    files: { path: string }[];
    unpackedSize: number;
  }[];
  if (packed === undefined) throw new Error('npm pack packed nothing');
  const { filename, files, unpackedSize } = packed;
  return { tarball: join(folder, filename), files: files.map(({ path }) => path), unpackedSize };
}

/** Installs the tarball as users do, without scripts, and returns the launcher's path. */
export function installPackage({ tarball }: PackedPackage, home: string): string {
  const args = ['install', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund', tarball];
  execFileSync('npm', args, { stdio: 'pipe' });
  return join(home, 'node_modules', 'breakwater-mcp', 'bin', 'breakwater.mjs');
}
