import type { JsonObject, ProjectReader } from './project-reader.ts';
import { isObject } from './project-reader.ts';
import type { PackageManager, Workspaces } from './repository.ts';
import { includesPath } from './repository.ts';

/** A package of the repository with what its `package.json` says; the root has the path `''`. */
export interface ReadPackage {
  readonly path: string;
  readonly name: string | undefined;
  readonly manifest: JsonObject;
}

const MAX_PACKAGES = 300;
const MAX_DEPTH = 4;
const LOCK_FILES: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];
const RUNNERS = [
  ['turbo.json', 'turbo'],
  ['nx.json', 'nx'],
  ['lerna.json', 'lerna'],
] as const;

/** By the `packageManager` field, then by the lock file, then by the workspace list; npm where nothing tells. */
export async function readPackageManager(reader: ProjectReader, root: JsonObject): Promise<PackageManager> {
  const declared = /^(npm|pnpm|yarn|bun)@/.exec(String(root['packageManager'] ?? ''))?.[1];
  if (isPackageManager(declared)) return declared;
  const names = new Set(await reader.names(''));
  const locked = LOCK_FILES.find(([name]) => names.has(name))?.[1];
  return locked ?? (names.has('pnpm-workspace.yaml') ? 'pnpm' : 'npm');
}

function isPackageManager(text: string | undefined): text is PackageManager {
  return text === 'npm' || text === 'pnpm' || text === 'yarn' || text === 'bun';
}

export async function readWorkspaces(
  reader: ProjectReader,
  root: JsonObject,
  manager: PackageManager,
): Promise<{ workspaces: Workspaces; packages: readonly ReadPackage[] }> {
  const globs = await workspaceGlobs(reader, root);
  const names = new Set(await reader.names(''));
  const packages = await readPackages(reader, globs);
  const workspaces: Workspaces = {
    tool: globs.length === 0 ? undefined : manager,
    runner: RUNNERS.find(([name]) => names.has(name))?.[1],
    globs,
    packages: packages.map(({ name, path }) => ({ name, path })),
  };
  return { workspaces, packages };
}

/** From `pnpm-workspace.yaml`, else from `package.json`, whose list may lie in an object. */
export async function workspaceGlobs(reader: ProjectReader, root: JsonObject): Promise<readonly string[]> {
  const text = await reader.text('pnpm-workspace.yaml');
  if (text !== undefined) {
    const { parseYaml } = await import('../core/yaml.ts');
    const document = attempt(() => parseYaml(text, 10));
    return isObject(document) ? texts(document['packages']) : [];
  }
  const { workspaces } = root;
  return texts(isObject(workspaces) ? workspaces['packages'] : workspaces);
}

function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter((entry): entry is string => typeof entry === 'string' && entry.length < 200).slice(0, 100);
}

async function readPackages(reader: ProjectReader, globs: readonly string[]): Promise<readonly ReadPackage[]> {
  const found: ReadPackage[] = [];
  const candidates = [...startsOf(globs)];
  const seen = new Set<string>();
  for (let path = candidates.shift(); path !== undefined && found.length < MAX_PACKAGES; path = candidates.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const manifest = includesPath(globs, path) ? await reader.json(`${path}/package.json`) : undefined;
    if (manifest !== undefined) found.push({ path, name: nameOf(manifest), manifest });
    if (path.split('/').length < MAX_DEPTH) candidates.push(...(await childrenOf(reader, path)));
  }
  return found;
}

async function childrenOf(reader: ProjectReader, path: string): Promise<readonly string[]> {
  return (await reader.folders(path)).map((folder) => (path === '' ? folder : `${path}/${folder}`));
}

/** The fixed beginning of each pattern: only below it there is something to look for. */
function startsOf(globs: readonly string[]): readonly string[] {
  const starts = globs
    .filter((glob) => !glob.startsWith('!'))
    .map((glob) => {
      const parts = glob.replace(/^\.\/|\/+$/g, '').split('/');
      const wild = parts.findIndex((part) => part.includes('*'));
      return (wild === -1 ? parts : parts.slice(0, wild)).join('/');
    });
  return [...new Set(starts)].filter((start) => !start.split('/').includes('..'));
}

export function nameOf(manifest: JsonObject): string | undefined {
  return typeof manifest['name'] === 'string' && manifest['name'].length <= 214 ? manifest['name'] : undefined;
}
