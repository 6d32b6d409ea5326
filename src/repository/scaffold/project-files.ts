import type { Blueprint } from './blueprint.ts';
import { usesPostgres } from './blueprint.ts';
import { packageFile } from './package-file.ts';

/** Package, compiler, linter and test runner: what differs from repository to repository. Text by path. */
export function projectFiles(blueprint: Blueprint): Readonly<Record<string, string>> {
  return {
    'package.json': packageFile(blueprint),
    'tsconfig.json': tsconfig(blueprint),
    'tsconfig.build.json': json({
      extends: './tsconfig.json',
      compilerOptions: { noEmit: false, rootDir: 'src', outDir: 'dist', sourceMap: true, declaration: true },
      include: ['src'],
    }),
    '.gitignore': `${['node_modules', 'dist', '.env', '*.db', '*.db-shm', '*.db-wal', 'src/generated'].join('\n')}\n`,
    ...linterFile(blueprint),
    ...(blueprint.parts.has('tests') ? testRunnerFile(blueprint) : {}),
    ...(blueprint.parts.has('webhooks') ? { '.env.example': envExample(blueprint) } : {}),
  };
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

function tsconfig({ parts }: Blueprint): string {
  return json({
    compilerOptions: {
      target: 'es2023',
      lib: ['es2023'],
      module: 'nodenext',
      moduleResolution: 'nodenext',
      types: ['node'],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noImplicitOverride: true,
      noImplicitReturns: true,
      noFallthroughCasesInSwitch: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      isolatedModules: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: parts.has('mocks') ? ['src', 'tests'] : ['src'],
  });
}

const ESLINT = `import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig([
  globalIgnores(['dist', 'src/generated', '*.config.*']),
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
]);
`;

function linterFile({ linter, repository }: Blueprint): Readonly<Record<string, string>> {
  if (linter === 'eslint') return { 'eslint.config.mjs': ESLINT };
  const isNested = ['biome.json', 'biome.jsonc'].some((name) => repository.rootFiles.has(name));
  return {
    'biome.json': json({
      root: !isNested,
      files: { includes: ['**', '!dist', '!src/generated'] },
      linter: { enabled: true, rules: { suspicious: { noConsole: 'error' } } },
    }),
  };
}

const VITEST = `import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['tests/**/*.test.ts'] } });
`;

const jestConfig = (store: Blueprint['store']) => `/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  transform: { '^.+\\\\.(?:ts|mjs)$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } }] },
${store === 'prisma' ? "  // Prisma loads its query compiler from an ES module, which Jest cannot take as it is.\n  transformIgnorePatterns: ['/node_modules/.*\\\\.c?js$'],\n" : ''}\
  // TypeScript sources name the file that is built: ./x.js is ./x.ts here.
  moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
};
`;

function testRunnerFile({ testRunner, store }: Blueprint): Readonly<Record<string, string>> {
  return testRunner === 'vitest' ? { 'vitest.config.mts': VITEST } : { 'jest.config.mjs': jestConfig(store) };
}

function envExample(blueprint: Blueprint): string {
  const { provider, store } = blueprint;
  const { apiKeyEnv, webhookSecretEnv, urlEnv } = environmentNames(provider);
  const lines = [
    '# Names only: fill in .env, which is not committed.',
    `${apiKeyEnv}=`,
    '# All that may be in use, separated by commas.',
    `${webhookSecretEnv}=`,
    ...(provider.api === undefined
      ? ['# Where the API is.', `${urlEnv}=`]
      : [`# Where the API is, if not at ${provider.api.baseUrl}.`, `# ${urlEnv}=`]),
    '# Where the provider delivers to: scheme and host, without path.',
    'PUBLIC_URL=http://localhost:3000',
    'HOST=127.0.0.1',
    'PORT=3000',
    '# Origins that browsers may call from, separated by commas.',
    'ALLOWED_ORIGINS=',
    ...(store === 'memory' ? [] : [usesPostgres(blueprint) ? POSTGRES_URL : 'DATABASE_URL=file:./integration.db']),
  ];
  return `${lines.join('\n')}\n`;
}

const POSTGRES_URL = '# postgresql://user:password@host:5432/database?schema=public\nDATABASE_URL=';

/** The variables under which an integration finds what it needs: those that the provider is known by, where it is. */
export function environmentNames(provider: Blueprint['provider']) {
  const prefix = provider.service.toUpperCase().replaceAll('-', '_');
  const [secret] = provider.api?.secrets ?? [];
  return {
    apiKeyEnv: secret?.defaultEnv ?? `${prefix}_API_KEY`,
    webhookSecretEnv: provider.webhook?.defaultSecretEnv ?? `${prefix}_WEBHOOK_SECRET`,
    urlEnv: `${prefix}_API_URL`,
  };
}
