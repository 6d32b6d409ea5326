/** A repository as its files describe it. Paths are relative to `root`, with slashes. */
export interface Repository {
  /** Absolute. */
  readonly root: string;
  readonly packageName: string | undefined;
  /** The library holds the utilities that all others, its consumers, share. */
  readonly kind: 'library' | 'consumer';
  readonly packageManager: PackageManager;
  readonly workspaces: Workspaces;
  readonly moduleType: ModuleType;
  readonly typescript: TypeScript | undefined;
  readonly testRunner: TestRunner | undefined;
  readonly linter: Linter | undefined;
  readonly framework: string | undefined;
  readonly prisma: PrismaSchema | undefined;
  /** What lies under `services/integrations/`. */
  readonly integrations: readonly WorkspacePackage[];
  /** The shared utilities, where this repository has or uses them. */
  readonly library: { readonly name: string; readonly version: string } | undefined;
  /** Names of the files and folders at the root. */
  readonly rootFiles: ReadonlySet<string>;
  /** Ranges that the root or a workspace declares, by package. */
  readonly declared: ReadonlyMap<string, string>;
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What stands before the name of a script. `bun build` and `bun test` are commands of bun's own: https://bun.sh/docs/cli/run */
export function runCommand(manager: PackageManager): string {
  return manager === 'npm' || manager === 'bun' ? `${manager} run` : manager;
}
export type ModuleType = 'esm' | 'commonjs';
export type TestRunner = 'vitest' | 'jest';
export type Linter = 'eslint' | 'biome';

export interface Workspaces {
  /** Whose list it is; undefined for a single package. */
  readonly tool: PackageManager | undefined;
  /** What runs tasks across them. */
  readonly runner: 'turbo' | 'nx' | 'lerna' | undefined;
  readonly globs: readonly string[];
  readonly packages: readonly WorkspacePackage[];
}

export interface WorkspacePackage {
  readonly name: string | undefined;
  readonly path: string;
}

export interface TypeScript {
  /** The range that is declared, where one is. */
  readonly version: string | undefined;
  readonly isStrict: boolean;
  readonly module: string | undefined;
}

export interface PrismaSchema {
  readonly path: string;
  /** `sqlite`, `postgresql`, … */
  readonly provider: string | undefined;
}

export const INTEGRATIONS_FOLDER = 'services/integrations';

/** Where an integration belongs and what its package must be called, by the names that are there. */
export function placeFor(repository: Repository, service: string): { path: string; packageName: string } {
  const path = `${INTEGRATIONS_FOLDER}/${service}`;
  for (const { name, path: known } of repository.integrations) {
    const folder = known.slice(known.lastIndexOf('/') + 1);
    const unscoped = name?.slice(name.indexOf('/') + 1);
    if (name !== undefined && unscoped?.includes(folder)) {
      return { path, packageName: name.slice(0, name.length - unscoped.length) + unscoped.replace(folder, service) };
    }
  }
  const scope = scopeOf(repository);
  return { path, packageName: `${scope === undefined ? '' : `${scope}/`}${service}-integration` };
}

/** The scope that most packages have. */
function scopeOf({ packageName, workspaces }: Repository): string | undefined {
  const names = [packageName, ...workspaces.packages.map(({ name }) => name)];
  const scopes = names.filter((name) => name?.startsWith('@')).map((name) => name?.split('/', 1)[0]);
  return mostFrequent(scopes);
}

/** The first of the most frequent; undefined when there is none. */
export function mostFrequent<T>(values: readonly (T | undefined)[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: { value: T; count: number } | undefined;
  for (const [value, count] of counts) if (best === undefined || count > best.count) best = { value, count };
  return best?.value;
}

/** Whether a list of workspace patterns takes in a path. */
export function includesPath(globs: readonly string[], path: string): boolean {
  const matches = (glob: string) => globPattern(glob).test(path);
  const excluded = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  return globs.some((glob) => !glob.startsWith('!') && matches(glob)) && !excluded.some(matches);
}

/** More would cost more than a repository is worth: each multiplies the ways in which a path can match. */
const MAX_WILDCARDS = 4;
const NOTHING = /(?!)/;

function globPattern(glob: string): RegExp {
  if ((glob.match(/\*+/g)?.length ?? 0) > MAX_WILDCARDS) return NOTHING;
  const parts = glob.replace(/^\.\/|\/+$/g, '').split('/');
  const source = parts.map((part) =>
    part === '**' ? '.+' : part.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replace(/\*+/g, '[^/]*'),
  );
  return new RegExp(`^${source.join('/')}$`);
}
