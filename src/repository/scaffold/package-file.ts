import type { Blueprint } from './blueprint.ts';
import { usesPostgres } from './blueprint.ts';

type Ranges = Readonly<Record<string, string>>;

/** Ranges that the templates were tested with. Of tools, the repository's own range counts from the same major on. */
const RUNTIME = {
  '@prisma/adapter-better-sqlite3': '^7.10.0',
  '@prisma/adapter-pg': '^7.10.0',
  '@prisma/client': '^7.10.0',
  axios: '^1.21.1',
  'better-sqlite3': '^13.2.0',
  cors: '^2.8.6',
  express: '^5.3.0',
  helmet: '^8.3.0',
} as const;
const TOOLS = {
  '@biomejs/biome': '^2.5.0',
  '@eslint/js': '^10.0.1',
  '@jest/globals': '^30.5.0',
  '@swc/core': '^1.16.0',
  '@swc/jest': '^0.2.39',
  '@types/better-sqlite3': '^9.6.0',
  '@types/cors': '^2.8.19',
  '@types/express': '^5.0.6',
  '@types/node': '^24.19.0',
  eslint: '^10.15.0',
  jest: '^30.5.0',
  prisma: '^7.10.0',
  tsx: '^4.23.0',
  typescript: '~5.9.3',
  'typescript-eslint': '^8.73.0',
  vitest: '^5.1.1',
} as const;

export function packageFile(blueprint: Blueprint): string {
  const { packageName, repository } = blueprint;
  const manifest = {
    name: packageName,
    version: '0.1.0',
    private: true,
    type: repository.moduleType === 'esm' ? 'module' : 'commonjs',
    engines: { node: '>=22.14' },
    scripts: scriptsOf(blueprint),
    dependencies: sorted({ ...runtimeOf(blueprint), ...libraryOf(blueprint) }),
    devDependencies: sorted(toolsOf(blueprint)),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

const hasServer = ({ parts }: Blueprint) => parts.has('webhooks');
const hasStore = ({ parts }: Blueprint) => parts.has('webhooks') || parts.has('service');
const usesPrisma = (blueprint: Blueprint) => hasStore(blueprint) && blueprint.store === 'prisma';

function scriptsOf(blueprint: Blueprint): Ranges {
  const generate = usesPrisma(blueprint) ? 'prisma generate && ' : '';
  const lint = blueprint.linter === 'biome' ? 'biome lint .' : 'eslint .';
  const run = 'node --env-file-if-exists=.env';
  return {
    ...(hasServer(blueprint) ? { dev: 'tsx watch --env-file-if-exists=.env src/server.ts' } : {}),
    build: `${generate}tsc -p tsconfig.build.json`,
    ...(hasServer(blueprint) ? { start: `${run} dist/server.js` } : {}),
    'type-check': 'tsc',
    lint,
    'lint:fix': blueprint.linter === 'biome' ? `${lint} --write` : `${lint} --fix`,
    ...(blueprint.parts.has('tests') ? { 'test:unit': blueprint.testRunner === 'vitest' ? 'vitest run' : 'jest' } : {}),
    ...(usesPrisma(blueprint) ? { generate: 'prisma generate' } : {}),
  };
}

function runtimeOf(blueprint: Blueprint): Ranges {
  const { store } = blueprint;
  const names: (keyof typeof RUNTIME)[] = ['axios'];
  if (hasServer(blueprint)) names.push('express', 'helmet', 'cors');
  if (hasStore(blueprint) && store === 'sqlite') names.push('better-sqlite3');
  if (usesPrisma(blueprint)) {
    names.push('@prisma/client');
    names.push(usesPostgres(blueprint) ? '@prisma/adapter-pg' : '@prisma/adapter-better-sqlite3');
  }
  return Object.fromEntries(names.map((name) => [name, RUNTIME[name]]));
}

function libraryOf({ repository }: Blueprint): Ranges {
  const { library, kind } = repository;
  return library === undefined || kind === 'library' ? {} : { [library.name]: library.version };
}

function toolsOf(blueprint: Blueprint): Ranges {
  const names: (keyof typeof TOOLS)[] = ['typescript', '@types/node'];
  if (hasServer(blueprint)) names.push('tsx', '@types/express', '@types/cors');
  if (hasStore(blueprint) && blueprint.store === 'sqlite') names.push('@types/better-sqlite3');
  if (usesPrisma(blueprint)) names.push('prisma');
  if (blueprint.linter === 'biome') names.push('@biomejs/biome');
  else names.push('eslint', '@eslint/js', 'typescript-eslint');
  if (blueprint.parts.has('tests')) {
    if (blueprint.testRunner === 'vitest') names.push('vitest');
    else names.push('jest', '@jest/globals', '@swc/core', '@swc/jest');
  }
  return Object.fromEntries(names.map((name) => [name, rangeOf(name, blueprint)]));
}

/** One copy in the repository, where its version will do. typescript-eslint is not made for every TypeScript. */
function rangeOf(name: keyof typeof TOOLS, { repository, linter }: Blueprint): string {
  const own = repository.declared.get(name);
  const [ours, theirs] = [majorOf(TOOLS[name]), majorOf(own ?? '')];
  const isFit = name === 'typescript' && linter === 'eslint' ? theirs === ours : theirs >= ours;
  return own !== undefined && isFit ? own : TOOLS[name];
}

/** 0 for what is no plain range, such as `catalog:`. */
function majorOf(range: string): number {
  return Number(/^[~^>=v ]*(\d{1,4})(?:\.|$)/.exec(range)?.[1] ?? 0);
}

function sorted(ranges: Ranges): Ranges {
  return Object.fromEntries(Object.entries(ranges).sort(([a], [b]) => (a < b ? -1 : 1)));
}
