/**
 * Generates an integration for every provider, package manager, test runner and store, installs what it needs and runs its own scripts:
 * build, type-check, lint, test. Needs the package registry; writes outside of this repository only.
 *
 *   npm run test:matrix                     everything
 *   npm run test:matrix -- postgres         Prisma on PostgreSQL; on memory, and it says so, where no server is installed
 *   npm run test:matrix -- pnpm prisma      only cells with all of these words
 *   MATRIX_FOLDER=/somewhere                keeps the folder, and an install that is there
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ProjectFolder } from '../src/core/project-folder.ts';
import { catalogue } from '../src/integrations/catalogue.ts';
import { RepositoryDetector } from '../src/repository/detect.ts';
import type { ModuleType, TestRunner } from '../src/repository/repository.ts';
import type { Store } from '../src/repository/scaffold/blueprint.ts';
import { Scaffolder } from '../src/repository/scaffold/scaffolder.ts';
import { startPostgres } from '../test/support/postgres-server.ts';

interface Cell {
  name: string;
  service: string;
  manager: 'npm' | 'pnpm';
  testRunner: TestRunner;
  store: Store | 'postgres';
  moduleType: ModuleType;
}

const run = promisify(execFile);
const words = process.argv.slice(2);
const cells = allCells().filter(({ name }) => words.every((word) => name.split('-').includes(word)));
const folder = resolve(process.env['MATRIX_FOLDER'] ?? mkdtempSync(join(tmpdir(), 'breakwater-matrix-')));
/** Prisma generates without its schema engine, which it would otherwise download. */
const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' };

function allCells(): Cell[] {
  const services = ['stripe', 'sendgrid'];
  const managers = ['npm', 'pnpm'] as const;
  const runners = ['vitest', 'jest'] as const;
  const stores = ['prisma', 'postgres', 'sqlite', 'memory'] as const;
  const cell = (service: string, manager: Cell['manager'], testRunner: TestRunner, store: Cell['store']): Cell => {
    // Both module types with every value of the other axes.
    const moduleType = (service === 'stripe') === (manager === 'npm') ? 'esm' : 'commonjs';
    const name = [service, manager, testRunner, store, moduleType].join('-');
    return { name, service, manager, testRunner, store, moduleType };
  };
  return services.flatMap((service) =>
    managers.flatMap((manager) =>
      runners.flatMap((testRunner) => stores.map((store) => cell(service, manager, testRunner, store))),
    ),
  );
}

const cellFolder = ({ manager, name }: Cell) => join(folder, manager, 'cells', name);
const integrationFolder = (cell: Cell) => join(cellFolder(cell), 'services', 'integrations', cell.service);

async function scaffold(cell: Cell): Promise<void> {
  const { name, manager, moduleType, service, testRunner } = cell;
  const root = cellFolder(cell);
  mkdirSync(root, { recursive: true });
  const type = moduleType === 'esm' ? 'module' : 'commonjs';
  const workspaces = ['services/integrations/*'];
  const manifest = { name: `@${name}/root`, private: true, type, packageManager: `${manager}@12.0.0`, workspaces };
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
  const store = cell.store === 'postgres' ? 'prisma' : cell.store;
  if (cell.store === 'postgres') {
    mkdirSync(join(root, 'prisma'), { recursive: true });
    writeFileSync(join(root, 'prisma', 'schema.prisma'), 'datasource db {\n  provider = "postgresql"\n}\n');
  }
  const project = new ProjectFolder(root);
  const scaffolder = new Scaffolder(project, new RepositoryDetector(project, '@metasaver/multi-mono'), catalogue);
  await scaffolder.scaffold({ service, store, testRunner, isDryRun: false }, new AbortController().signal);
}

/** All cells of a package manager share one install, as workspaces of one root. */
async function install(manager: Cell['manager']): Promise<void> {
  const root = join(folder, manager);
  if (existsSync(join(root, 'node_modules'))) return;
  const globs = ['cells/*/services/integrations/*'];
  // The adapter of Prisma asks for an older better-sqlite3, which needs a compiler.
  const overrides = { 'better-sqlite3': '^13.2.0' };
  const manifest = { name: 'matrix', private: true, ...(manager === 'npm' ? { workspaces: globs, overrides } : {}) };
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
  if (manager === 'pnpm')
    writeFileSync(join(root, 'pnpm-workspace.yaml'), JSON.stringify({ packages: globs, overrides }));
  const [command, ...args] = manager === 'npm' ? ['npm'] : ['npx', '--yes', 'pnpm@12'];
  await run(command, [...args, 'install', '--ignore-scripts'], { cwd: root, env, maxBuffer: 1e8 });
}

async function test(cell: Cell): Promise<string> {
  const settings = cell.store === 'postgres' && postgres !== undefined ? { TEST_DATABASE_URL: postgres.url } : {};
  for (const script of ['build', 'type-check', 'lint', 'test:unit']) {
    try {
      await run('npm', ['run', script], {
        cwd: integrationFolder(cell),
        env: { ...env, ...settings, CI: '1' },
        maxBuffer: 1e8,
      });
    } catch (thrown) {
      const { stdout = '', stderr = '' } = thrown as { stdout?: string; stderr?: string };
      return `failed at ${script}\n${(stdout + stderr).slice(-3_000)}`;
    }
  }
  return 'passed';
}

for (const cell of allCells()) await scaffold(cell);
for (const manager of new Set(cells.map((cell) => cell.manager))) {
  const start = Date.now();
  await install(manager);
  console.log(`${manager}: installed in ${Math.round((Date.now() - start) / 1000)} s`);
}
const needsPostgres = cells.some(({ store }) => store === 'postgres');
const postgres = needsPostgres ? await startPostgres() : undefined;
if (needsPostgres && postgres === undefined) console.log('PostgreSQL: not installed, its cells are tested on memory');
let failures = 0;
for (const cell of cells) {
  const result = await test(cell);
  console.log(`${cell.name}: ${result}`);
  if (result !== 'passed') failures += 1;
}
postgres?.stop();
console.log(`${cells.length - failures} of ${cells.length} cells passed, in ${folder}`);
process.exitCode = failures === 0 ? 0 : 1;
