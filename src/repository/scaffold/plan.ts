import type { Provider } from '../../integrations/provider.ts';
import { runCommand } from '../repository.ts';
import { BEARER, headerFields } from './api-headers.ts';
import type { Blueprint } from './blueprint.ts';
import { PARTS, usesPostgres } from './blueprint.ts';
import { environmentNames, projectFiles } from './project-files.ts';
import { schemeSource } from './scheme-source.ts';
import type { Files, Words } from './templates.ts';
import { isWanted, readTemplates } from './templates.ts';

/** Every file of an integration, by path inside it. The same blueprint gives the same bytes. */
export async function planFiles(blueprint: Blueprint): Promise<Files> {
  const { provider, parts } = blueprint;
  const templates = new Map(await readTemplates(blueprint, wordsOf(blueprint)));
  const readme = takeReadme(templates, provider);
  const files = new Map([...Object.entries(projectFiles(blueprint)), ...templates]);
  // It tells of the whole.
  if (parts.has('webhooks') && parts.has('service')) files.set('README.md', readme);
  const scheme = provider.webhook?.scheme;
  if (parts.has('webhooks') && scheme !== undefined) {
    files.set(`src/webhooks/${provider.service}.scheme.ts`, schemeSource(provider, scheme));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Which of the files that were generated are no longer, in the parts that are asked for: those of another store, test runner or linter.
 * @param generated paths inside the integration
 */
export async function obsoletePaths(blueprint: Blueprint, generated: readonly string[]): Promise<readonly string[]> {
  const whole = await planFiles({ ...blueprint, parts: new Set(PARTS) });
  return generated.filter((path) => isWanted(path, blueprint.parts) && !whole.has(path));
}

/** The README is put together from three templates, which are no files themselves. */
function takeReadme(templates: Map<string, string>, provider: Provider): string {
  const take = (name: string) => {
    const text = templates.get(name) ?? '';
    templates.delete(name);
    return text.trim();
  };
  const parts = {
    EVENT_TABLE: take('EVENTS.md').replace('EVENT_ROWS', () => eventRows(provider)),
    SERVICE_USE: take('USE.md'),
  };
  return `${take('README.md').replace(/EVENT_TABLE|SERVICE_USE/g, (name) => (name === 'EVENT_TABLE' ? parts.EVENT_TABLE : parts.SERVICE_USE))}\n`;
}

/** What the templates say of Acme, in the words of the provider and the repository. Longer words first. */
function wordsOf(blueprint: Blueprint): Words {
  const { provider, packageName, repository, testRunner, store } = blueprint;
  const { service, title, api } = provider;
  const baseUrl = api?.baseUrl;
  const names = environmentNames(provider);
  return [
    ...(testRunner === 'jest' ? [["from 'vitest'", "from '@jest/globals'"] as const] : []),
    [ACME_URL, baseUrl === undefined ? `required(env, '${names.urlEnv}')` : `env.${names.urlEnv} ?? '${baseUrl}'`],
    ...(usesPostgres(blueprint) ? [[DATABASE_URL, "required(env, 'DATABASE_URL')"] as const] : []),
    [ACME_HEADERS, `return { ${headerFields(provider)} };`],
    ['ACME_API_KEY', names.apiKeyEnv],
    ['ACME_API_URL', names.urlEnv],
    ['ACME_WEBHOOK_SECRET', names.webhookSecretEnv],
    ['PACKAGE_NAME', packageName],
    ['PROVIDER_TITLE', title],
    ['STORE_NOTE', `${STORE_NOTES[store]}${usesPostgres(blueprint) ? POSTGRES_NOTE : ''}`],
    ['MODULE_FORMAT', repository.moduleType === 'esm' ? 'esm' : 'cjs'],
    ['DATABASE_PROVIDER', repository.prisma?.provider ?? 'sqlite'],
    ['RUN_SCRIPT', runCommand(repository.packageManager)],
    ['Acme', pascalCase(service)],
    ['acme', service],
  ];
}

const ACME_URL = "env.ACME_API_URL ?? 'https://api.acme.example'";

/** Where SQLite is by default; a server has no such place. */
const DATABASE_URL = "env.DATABASE_URL ?? 'file:./integration.db'";

const ACME_HEADERS = `return { ${BEARER} };`;

const STORE_NOTES = {
  sqlite: 'One SQLite file at `DATABASE_URL` (`file:` and a path). Every commit survives power loss.',
  prisma:
    'Prisma, with the three models of `prisma/schema.prisma`; `prisma/tables.sql` makes their tables. `build` generates the client. To use ' +
    'the client of your own application, add the models to its schema and hand it to `PrismaStore`.',
  memory:
    'Memory only: after a restart events are applied again. Generate with `store: "sqlite"` or `"prisma"` before it matters.',
} as const;

const POSTGRES_NOTE = ' Tests use memory; with `TEST_DATABASE_URL`, each a schema of its own in that database.';

function pascalCase(service: string): string {
  return service.replace(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function eventRows({ webhook }: Provider): string {
  const types = Object.keys(webhook?.events?.types ?? {});
  return types.length === 0
    ? '| any | nothing yet: recorded only |'
    : types.map((type) => `| \`${type}\` | nothing yet: recorded only |`).join('\n');
}
