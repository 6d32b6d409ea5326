import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { includesPath, placeFor } from '../../../src/repository/repository.ts';
import { cpuMsOf } from '../../support/patience.ts';
import { LIBRARY, temporaryRepository } from '../../support/repositories.ts';

const detect = (files: Record<string, string | object>, path?: string) =>
  temporaryRepository(files).detector.detect(path);

describe('detect', () => {
  it('reads a pnpm monorepo with turbo', async () => {
    const repository = await detect({
      'package.json': {
        name: '@shop/root',
        packageManager: 'pnpm@10.1.0',
        devDependencies: { vitest: '^3', eslint: '^9', typescript: '^5.8' },
      },
      'pnpm-workspace.yaml':
        'packages:\n  - apps/*\n  - "packages/**"\n  - services/integrations/*\n  - "!packages/old"\n',
      'turbo.json': {},
      'tsconfig.json': '{\n  // shared\n  "extends": "./tsconfig.base.json",\n}',
      'tsconfig.base.json': { compilerOptions: { strict: true, module: 'nodenext' } },
      'apps/web/package.json': {
        name: '@shop/web',
        type: 'module',
        dependencies: { next: '16', '@metasaver/multi-mono': '^2.0.0' },
      },
      'packages/deep/database/package.json': {
        name: '@shop/database',
        type: 'module',
        prisma: { schema: 'db/main.prisma' },
      },
      'packages/deep/database/db/main.prisma': '// provider = "mysql"\ndatasource db {\n  provider = "postgresql"\n}\n',
      'packages/old/package.json': { name: '@shop/old' },
      'node_modules/x/package.json': { name: 'x' },
    });
    expect(repository).toMatchObject({
      packageName: '@shop/root',
      kind: 'consumer',
      packageManager: 'pnpm',
      workspaces: { tool: 'pnpm', runner: 'turbo' },
      moduleType: 'esm',
      typescript: { version: '^5.8', isStrict: true, module: 'nodenext' },
      testRunner: 'vitest',
      linter: 'eslint',
      framework: 'next',
      prisma: { path: 'packages/deep/database/db/main.prisma', provider: 'postgresql' },
      integrations: [],
      library: { name: LIBRARY, version: '^2.0.0' },
    });
    expect(repository.workspaces.packages.map(({ path }) => path)).toEqual(['apps/web', 'packages/deep/database']);
    expect(placeFor(repository, 'stripe')).toEqual({
      path: 'services/integrations/stripe',
      packageName: '@shop/stripe-integration',
    });
  });

  it('tells the library by its name', async () => {
    expect(await detect({ 'package.json': { name: LIBRARY } })).toMatchObject({ kind: 'library' });
  });

  it('depends on the library of the same workspace', async () => {
    const files = {
      'package.json': { workspaces: { packages: ['packages/*'] } },
      'packages/lib/package.json': { name: LIBRARY },
    };
    expect((await detect(files)).library).toEqual({ name: LIBRARY, version: '*' });
    expect((await detect({ ...files, 'yarn.lock': '' })).library).toEqual({ name: LIBRARY, version: 'workspace:*' });
  });

  it.each([
    [{ 'package-lock.json': '{}' }, 'npm'],
    [{ 'pnpm-lock.yaml': '' }, 'pnpm'],
    [{ 'yarn.lock': '' }, 'yarn'],
    [{ 'bun.lock': '' }, 'bun'],
    [{}, 'npm'],
  ])('tells the package manager by %o', async (files, expected) => {
    expect((await detect({ 'package.json': {}, ...files })).packageManager).toBe(expected);
  });

  it('names a new integration as its neighbours are named, and does as they do', async () => {
    const repository = await detect({
      'package.json': { name: 'root', type: 'module', workspaces: ['services/**'] },
      'nx.json': {},
      'services/integrations/sendgrid/package.json': { name: '@acme/svc-sendgrid', devDependencies: { jest: '^30' } },
      'services/integrations/empty/src/index.ts': '',
    });
    expect(repository).toMatchObject({ moduleType: 'commonjs', testRunner: 'jest', workspaces: { runner: 'nx' } });
    expect(repository.integrations).toEqual([
      { name: undefined, path: 'services/integrations/empty' },
      { name: '@acme/svc-sendgrid', path: 'services/integrations/sendgrid' },
    ]);
    expect(placeFor(repository, 'stripe').packageName).toBe('@acme/svc-stripe');
  });

  it('finds the workspace root from a folder below', async () => {
    const files = {
      'package.json': { name: 'root', workspaces: ['apps/*'] },
      'apps/web/package.json': { name: 'web' },
      'apps/web/src/x.ts': '',
    };
    expect((await detect(files, 'apps/web/src')).packageName).toBe('root');
  });

  it('never leaves the project folder', async () => {
    const { detector, base, root } = temporaryRepository({
      'package.json': { workspaces: ['packages/*', '../*', '../../**'] },
    });
    symlinkSync(base, join(root, 'packages'));
    expect((await detector.detect()).workspaces.packages).toEqual([]);
    await expect(detector.detect('packages')).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(detector.detect('..')).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('takes what it cannot read for absent', async () => {
    const repository = await detect({
      'package.json': { name: 'x', dependencies: 7, workspaces: [1, 'a/*'], type: [] },
      'pnpm-workspace.yaml': '{{{',
      'tsconfig.json': 'nonsense',
    });
    expect(repository).toMatchObject({ packageName: 'x', typescript: undefined, workspaces: { globs: [] } });
  });

  it.each([
    ['// datasource old { provider = "mysql" }\ndatasource db {\n  provider = "postgresql"\n}'],
    ['/*\ndatasource old {\n  provider = "mysql"\n}\n*/\ndatasource db {\n  provider = "postgresql"\n}'],
    ['datasource db { // not { here }\n  url = "file://x" // "\n  provider = "postgresql" // "mysql"\n}'],
  ])('reads a Prisma schema without its comments: %j', async (schema) => {
    const { prisma } = await detect({ 'package.json': {}, 'prisma/schema.prisma': schema });
    expect(prisma).toEqual({ path: 'prisma/schema.prisma', provider: 'postgresql' });
  });

  it('reads hostile files in bounded time', async () => {
    const files = {
      'package.json': {},
      'tsconfig.json': '/*'.repeat(500_000),
      'prisma/schema.prisma': 'datasource a {'.repeat(70_000),
    };
    const took = await cpuMsOf(async () => {
      expect((await detect(files)).prisma).toEqual({ path: 'prisma/schema.prisma', provider: undefined });
    });
    expect(took).toBeLessThan(5_000);
  });

  it('says when there is no repository', async () => {
    await expect(detect({})).rejects.toMatchObject({ code: 'not_found', hint: expect.any(String) });
  });
});

describe('includesPath', () => {
  it.each([
    [['services/*'], 'services/integrations/x', false],
    [['services/**'], 'services/integrations/x', true],
    [['services/integrations/*'], 'services/integrations/x', true],
    [['./services/integrations/*/'], 'services/integrations/x', true],
    [['services/**', '!services/integrations/*'], 'services/integrations/x', false],
    [['a.b'], 'axb', false],
    [[`${'*a'.repeat(50)}`], 'a'.repeat(250), false],
  ])('%o and %s: %s', (globs, path, expected) => {
    expect(includesPath(globs, path)).toBe(expected);
  });
});
