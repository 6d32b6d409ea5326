import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Blueprint, Part } from './blueprint.ts';

/** Text by path, relative to the integration. */
export type Files = ReadonlyMap<string, string>;

/**
 * The source files of an integration. `templates/` holds layers: a later one adds to the earlier ones and replaces files of the same
 * path. They are written for a provider named Acme; `words` turns them into those of another.
 */
export async function readTemplates(blueprint: Blueprint, words: Words): Promise<Files> {
  const files = new Map<string, string>();
  for (const layer of layersOf(blueprint)) {
    for (const [path, text] of await readLayer(layer)) {
      if (isWanted(path, blueprint.parts)) files.set(replaceWords(path, words), replaceWords(text, words));
    }
  }
  return files;
}

/** What stands in the templates, and what is put there. Longer words first: one may hold another. */
export type Words = readonly (readonly [word: string, replacement: string])[];

/** In one pass: what was put in is not looked at again. */
function replaceWords(text: string, words: Words): string {
  const replacements = new Map(words);
  const pattern = words.map(([word]) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text.replace(new RegExp(pattern, 'g'), (word) => replacements.get(word) ?? word);
}

const OWN_LAYERS = ['stripe', 'sendgrid'];

function layersOf({ provider, store, repository }: Blueprint): readonly string[] {
  const { service } = provider;
  const own = OWN_LAYERS.includes(service) ? [`service-${service}`] : ['service-generic', `service-${service}`];
  const stores =
    store === 'prisma' ? ['store-prisma', `store-prisma-${repository.prisma?.provider}`] : [`store-${store}`];
  return ['base', ...own, ...stores];
}

const PART_OF: readonly (readonly [RegExp, readonly Part[]])[] = [
  [/^src\/clients\//, ['client']],
  [/^src\/services\//, ['service']],
  [/^src\/middleware\//, ['middleware']],
  [/^src\/(?:webhooks\/|app\.ts|server\.ts|config\.ts)/, ['webhooks']],
  [/^(?:src\/store\/|prisma)/, ['service', 'webhooks']],
  [/^tests\/mocks\//, ['mocks']],
  [/^(?:tests\/|(?:vitest|jest)\.config\.)/, ['tests']],
];

/** A path that no part owns is always wanted. */
export function isWanted(path: string, parts: ReadonlySet<Part>): boolean {
  const owners = PART_OF.find(([pattern]) => pattern.test(path))?.[1];
  return owners === undefined || owners.some((part) => parts.has(part));
}

/** A layer that does not exist is empty. */
async function readLayer(layer: string): Promise<readonly (readonly [string, string])[]> {
  const folder = join(templatesFolder(), layer);
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    paths.map(
      async (path) => [path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path, 'utf8')] as const,
    ),
  );
}

/** In the package `templates/` lies beside `dist/`, in the repository beside `src/`. */
function templatesFolder(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'templates', 'base'))) return join(folder, 'templates');
  }
  throw new Error('The folder templates/ is missing from the installation.');
}
