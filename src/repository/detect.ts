import { dirname } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { ProjectFolder } from '../core/project-folder.ts';
import type { JsonObject } from './project-reader.ts';
import { isObject, ProjectReader, withoutComments } from './project-reader.ts';
import type { ReadPackage } from './read-workspaces.ts';
import { nameOf, readPackageManager, readWorkspaces, workspaceGlobs } from './read-workspaces.ts';
import type { Linter, ModuleType, PrismaSchema, Repository, TestRunner, TypeScript } from './repository.ts';
import { INTEGRATIONS_FOLDER, mostFrequent } from './repository.ts';

const FRAMEWORKS = {
  '@nestjs/core': 'nest',
  next: 'next',
  fastify: 'fastify',
  hono: 'hono',
  koa: 'koa',
  '@hapi/hapi': 'hapi',
  express: 'express',
} as const;
const TEST_RUNNERS: Readonly<Record<string, TestRunner>> = { vitest: 'vitest', jest: 'jest' };
const LINTERS: Readonly<Record<string, Linter>> = { '@biomejs/biome': 'biome', eslint: 'eslint' };
const DEPENDENCY_LISTS = ['dependencies', 'devDependencies', 'peerDependencies'] as const;
/** Config files that name each other; a longer chain is a mistake. */
const MAX_EXTENDS = 5;

/** Finds out what a repository is and uses. Reads only inside the project folder, bounded, and executes nothing. */
export class RepositoryDetector {
  readonly #project: ProjectFolder;
  readonly #libraryName: string;

  /** @param libraryName package name of the repository that holds the shared utilities */
  constructor(project: ProjectFolder, libraryName: string) {
    this.#project = project;
    this.#libraryName = libraryName;
  }

  /**
   * The repository at or around a path. Throws `not_allowed` for a path outside of the project folder and `not_found` when no
   * `package.json` is there.
   */
  async detect(path = '.'): Promise<Repository> {
    const root = await this.#findRoot(await this.#project.resolve(path));
    const reader = new ProjectReader(this.#project, root);
    const manifest = (await reader.json('package.json')) ?? {};
    const packageManager = await readPackageManager(reader, manifest);
    const { workspaces, packages } = await readWorkspaces(reader, manifest, packageManager);
    const integrations = await readIntegrations(reader);
    const all: readonly ReadPackage[] = [{ path: '', name: nameOf(manifest), manifest }, ...packages];
    const declared = declaredRanges(all);
    return {
      root,
      packageName: nameOf(manifest),
      kind: nameOf(manifest) === this.#libraryName ? 'library' : 'consumer',
      packageManager,
      workspaces,
      moduleType: moduleTypeOf(integrations, all),
      typescript: await readTypeScript(reader, declared),
      testRunner: mostUsed(all, TEST_RUNNERS),
      linter: mostUsed(all, LINTERS),
      framework: mostUsed(all, FRAMEWORKS),
      prisma: await findPrisma(reader, all),
      integrations: integrations.map(({ name, path: at }) => ({ name, path: at })),
      library: this.#findLibrary(all, declared, packageManager),
      rootFiles: new Set(await reader.names('')),
      declared,
    };
  }

  /** The nearest folder with workspaces, else the nearest with a package.json. */
  async #findRoot(start: string): Promise<string> {
    let nearest: string | undefined;
    const top = await this.#project.resolve();
    for (let folder = start; ; folder = dirname(folder)) {
      const reader = new ProjectReader(this.#project, folder);
      const manifest = await reader.json('package.json');
      if (manifest !== undefined) {
        nearest ??= folder;
        if ((await workspaceGlobs(reader, manifest)).length > 0) return folder;
      }
      if (folder === top || dirname(folder) === folder) break;
    }
    if (nearest !== undefined) return nearest;
    throw new AppError('not_found', 'There is no package.json here or above.', {
      hint: 'Give the path of a JavaScript repository inside the project folder, or run the package manager’s init first.',
    });
  }

  #findLibrary(
    packages: readonly ReadPackage[],
    declared: ReadonlyMap<string, string>,
    manager: string,
  ): Repository['library'] {
    const name = this.#libraryName;
    const isWorkspace = packages.some((each) => each.path !== '' && each.name === name);
    if (isWorkspace) return { name, version: manager === 'npm' ? '*' : 'workspace:*' };
    const version = declared.get(name);
    return version === undefined ? undefined : { name, version };
  }
}

async function readIntegrations(reader: ProjectReader): Promise<readonly ReadPackage[]> {
  const folders = await reader.folders(INTEGRATIONS_FOLDER);
  return Promise.all(
    folders.map(async (folder) => {
      const path = `${INTEGRATIONS_FOLDER}/${folder}`;
      const manifest = (await reader.json(`${path}/package.json`)) ?? {};
      return { path, name: nameOf(manifest), manifest };
    }),
  );
}

/** What integrations do, else what services do, else what most packages do. */
function moduleTypeOf(integrations: readonly ReadPackage[], all: readonly ReadPackage[]): ModuleType {
  const services = all.filter(({ path }) => path.startsWith('services/'));
  const decisive = [integrations, services, all].find(({ length }) => length > 0) ?? all;
  return mostFrequent(decisive.map(({ manifest }) => (manifest['type'] === 'module' ? 'esm' : 'commonjs'))) ?? 'esm';
}

function rangesOf(manifest: JsonObject): [string, string][] {
  return DEPENDENCY_LISTS.flatMap((list) => {
    const entries = isObject(manifest[list]) ? Object.entries(manifest[list]) : [];
    return entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  });
}

/** The root's word counts before that of its workspaces. */
function declaredRanges(packages: readonly ReadPackage[]): ReadonlyMap<string, string> {
  return new Map(packages.toReversed().flatMap(({ manifest }) => rangesOf(manifest)));
}

/** What most packages declare, of the things that these package names stand for. */
function mostUsed<T>(packages: readonly ReadPackage[], kinds: Readonly<Record<string, T>>): T | undefined {
  const uses = packages.flatMap(({ manifest }) => {
    const names = new Set(rangesOf(manifest).map(([name]) => name));
    // Nest and Next bring Express along: of one package the first kind counts.
    const first = Object.keys(kinds).find((name) => names.has(name));
    return first === undefined ? [] : [kinds[first]];
  });
  return mostFrequent(uses);
}

async function readTypeScript(
  reader: ProjectReader,
  declared: ReadonlyMap<string, string>,
): Promise<TypeScript | undefined> {
  const options = await compilerOptions(reader);
  const version = declared.get('typescript');
  if (options === undefined && version === undefined) return undefined;
  const module = options?.['module'];
  return { version, isStrict: options?.['strict'] === true, module: typeof module === 'string' ? module : undefined };
}

/** The options of the root's tsconfig over those of the local files that it extends. */
async function compilerOptions(reader: ProjectReader): Promise<JsonObject | undefined> {
  const names = ['tsconfig.json', 'tsconfig.base.json'];
  let merged: JsonObject | undefined;
  for (let next: string | undefined = names[0], depth = 0; next !== undefined && depth < MAX_EXTENDS; depth += 1) {
    const config: JsonObject | undefined = await reader.json(next);
    if (config === undefined) {
      next = depth === 0 ? names[1] : undefined;
      continue;
    }
    merged = { ...(isObject(config['compilerOptions']) ? config['compilerOptions'] : {}), ...merged };
    next = localBase(config['extends']);
  }
  return merged;
}

function localBase(base: unknown): string | undefined {
  const [first]: unknown[] = Array.isArray(base) ? base.toReversed() : [base];
  if (typeof first !== 'string' || !first.startsWith('.')) return undefined;
  return first.endsWith('.json') ? first : `${first}.json`;
}

const PRISMA_PLACES = ['prisma/schema.prisma', 'schema.prisma', 'prisma/schema/schema.prisma'];

/** The root's schema first, then that of the first workspace. Where a package names its schema, that place counts. */
async function findPrisma(reader: ProjectReader, packages: readonly ReadPackage[]): Promise<PrismaSchema | undefined> {
  for (const { path, manifest } of packages) {
    const { prisma } = manifest;
    const named = isObject(prisma) && typeof prisma['schema'] === 'string' ? [prisma['schema']] : [];
    for (const place of [...named, ...PRISMA_PLACES]) {
      const at = path === '' ? place : `${path}/${place}`;
      const text = await reader.text(at);
      if (text !== undefined) return { path: at, provider: providerOf(text) };
    }
  }
  return undefined;
}

function providerOf(schema: string): string | undefined {
  const datasource = /\bdatasource\s+\w+\s*\{([^}]{0,2000})\}/.exec(withoutComments(schema))?.[1];
  return /^\s*provider\s*=\s*"(\w{1,30})"/m.exec(datasource ?? '')?.[1];
}
