import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** What each folder may import of ours, beside itself. Files directly under src/ are named. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  storage: ['core'],
  resilience: ['core', 'storage'],
  memory: ['core', 'storage'],
  webhooks: ['core', 'storage'],
  simulator: ['core', 'webhooks'],
  openapi: ['core', 'storage'],
  integrations: ['core', 'storage', 'openapi', 'resilience', 'webhooks', 'simulator'],
  repository: ['core', 'webhooks', 'integrations'],
  payments: ['core', 'storage', 'resilience', 'webhooks', 'integrations'],
  views: ['core', 'resilience', 'memory', 'webhooks', 'integrations', 'payments', 'repository'],
  tools: [
    'core',
    'resilience',
    'memory',
    'webhooks',
    'simulator',
    'integrations',
    'payments',
    'repository',
    'views',
    'openapi',
    'mail',
  ],
  resources: ['core', 'resilience', 'memory', 'integrations', 'payments', 'views', 'tools', 'webhooks'],
  prompts: ['core', 'resilience', 'memory', 'integrations', 'views', 'tools'],
  protocol: ['core', 'tools'],
  mail: ['core', 'storage', 'webhooks', 'integrations'],
  commands: [
    'core',
    'memory',
    'webhooks',
    'simulator',
    'integrations',
    'repository',
    'views',
    'tools',
    'resources',
    'protocol',
    'dashboard',
    'app.ts',
    'settings.ts',
    'stdout-guard.ts',
  ],
  dashboard: ['core', 'protocol', 'tools', 'resources', 'views', 'memory', 'resilience', 'webhooks'],
  exports: ['core', 'simulator', 'integrations'],
  'maintenance.ts': ['core'],
  'settings.ts': ['core'],
  'lifecycle.ts': ['core'],
  'stdout-guard.ts': [],
  'telemetry-sdk.ts': ['core'],
  'breaker-reports.ts': ['core', 'memory', 'resilience'],
  'event-reports.ts': ['core', 'memory', 'integrations', 'mail', 'payments'],
  'app.ts': [
    'breaker-reports.ts',
    'event-reports.ts',
    'core',
    'storage',
    'resilience',
    'memory',
    'webhooks',
    'openapi',
    'simulator',
    'integrations',
    'payments',
    'repository',
    'mail',
    'views',
    'tools',
    'resources',
    'prompts',
    'protocol',
    'maintenance.ts',
    'settings.ts',
  ],
  'main.ts': [
    'core',
    'commands',
    'app.ts',
    'protocol',
    'tools',
    'lifecycle.ts',
    'settings.ts',
    'stdout-guard.ts',
    'telemetry-sdk.ts',
  ],
};

/** Nobody imports one provider from another; these see into a provider's folder from outside. */
const PROVIDER_IMPORTERS = /^(?:app\.ts|exports\/|integrations\/catalogue\.ts|payments\/|mail\/|tools\/|views\/)/;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
const area = (path: string) => path.split('/', 1)[0] ?? path;
const providerOf = (path: string) => /^integrations\/([^/]+)\//.exec(path)?.[1];

interface Import {
  from: string;
  to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const targets = [...text.matchAll(/(?:from|import\(|import)\s*'(\.[^']+)'/g)].map(([, target = '']) => target);
  return targets
    .map((target) => relative(SRC, resolve(SRC, dirname(file), target)))
    .filter((to) => !to.startsWith('..'))
    .map((to) => ({ from: file, to }));
}

function isAllowed({ from, to }: Import): boolean {
  const target = to.includes('/') ? area(to) : to;
  return area(from) === target || (ALLOWED[area(from)]?.includes(target) ?? false);
}

function entersProvider({ from, to }: Import): boolean {
  const provider = providerOf(to);
  return provider !== undefined && provider !== providerOf(from) && !PROVIDER_IMPORTERS.test(from);
}

describe('direction of imports', () => {
  const imports = files.flatMap(importsOf);

  it('reads the source', () => {
    expect(imports.length).toBeGreaterThan(200);
    expect(imports).toContainEqual({ from: 'app.ts', to: 'integrations/catalogue.ts' });
  });

  it('knows every folder and root file', () => {
    expect([...new Set(files.map(area))].sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it('only points the allowed way', () => {
    expect(imports.filter((found) => !isAllowed(found))).toEqual([]);
  });

  it('enters a provider only from the folder itself and the known users', () => {
    expect(imports.filter(entersProvider)).toEqual([]);
  });
});
