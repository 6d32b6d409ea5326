import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Where `npm run sbom` writes it. */
const SBOM = 'breakwater.cdx.json';
/** npm's name for what is only in `devDependencies`. */
const DEVELOPMENT = 'cdx:npm:package:development';

interface Component {
  name: string;
  version: string;
  'bom-ref': string;
  licenses?: { license: { id?: string; name?: string } }[];
  properties?: { name: string; value: string }[];
}

interface BillOfMaterials {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/** `name@version` of every package in `dist`, as its notices tell; the project must be built. */
export function bundledPackages(): string[] {
  const notices = readFileSync(join(ROOT, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  return [...notices.matchAll(/^(\S+) (\d+\.\S+) \([^)]+\)$/gm)].map(([, name, version]) => `${name}@${version}`);
}

/** What npm knows of the lockfile, without the packages that only developers install. */
export function billOfMaterials(): BillOfMaterials {
  const bundled = new Set(bundledPackages());
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const options = { cwd: ROOT, encoding: 'utf8', stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 } as const;
  const all = JSON.parse(execFileSync('npm', args, options)) as BillOfMaterials;
  const components = all.components
    .filter((component) => !isForDevelopment(component) || bundled.has(`${component.name}@${component.version}`))
    // Of a bundled package it would be misleading.
    .map(({ properties = [], ...component }) => ({
      ...component,
      properties: properties.filter(({ name }) => name !== DEVELOPMENT),
    }));
  const kept = new Set([all.metadata.component, ...components].map((component) => component['bom-ref']));
  const dependencies = all.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  return { ...all, components, dependencies };
}

export function writeBillOfMaterials(): void {
  writeFileSync(join(ROOT, SBOM), `${JSON.stringify(billOfMaterials(), null, 2)}\n`);
}

function isForDevelopment({ properties = [] }: Component): boolean {
  return properties.some(({ name, value }) => name === DEVELOPMENT && value === 'true');
}
