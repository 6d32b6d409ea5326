import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScaffoldRequest } from '../../../src/repository/scaffold/scaffolder.ts';
import { temporaryRepository } from '../../support/repositories.ts';

const ROOT = { name: '@shop/root', type: 'module', workspaces: ['services/**'] };
const STRIPE = 'services/integrations/stripe';
const never = new AbortController().signal;

function open(files: Record<string, string | object> = { 'package.json': ROOT }) {
  const repository = temporaryRepository(files);
  const { scaffolder, root } = repository;
  const scaffold = async (more: Partial<ScaffoldRequest> = {}, signal = never) => {
    const result = await scaffolder.scaffold({ service: 'stripe', isDryRun: false, ...more }, signal);
    const of = (action: string) => result.files.filter((file) => file.action === action).map(({ path }) => path);
    return { ...result, of };
  };
  const at = (path: string) => join(root, STRIPE, path);
  const read = (path: string) => readFileSync(at(path), 'utf8');
  return { ...repository, scaffold, at, read };
}

/** Everything below a folder with its time of change. */
function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, `${statSync(path, { bigint: true }).mtimeNs} ${readFileSync(path, 'utf8')}`];
    }),
  );
}

describe('Scaffolder', () => {
  it('writes the documented folder', async () => {
    const { scaffold, at } = open();
    const { of } = await scaffold();
    const expected = [
      '.env.example',
      'README.md',
      'package.json',
      'src/clients/stripe.client.ts',
      'src/middleware/webhook-signature.middleware.ts',
      'src/server.ts',
      'src/services/payment.service.ts',
      'src/types/index.ts',
      'src/utils/circuit-breaker.util.ts',
      'src/utils/retry.util.ts',
      'src/webhooks/stripe.webhook.ts',
      'tests/mocks/stripe.mock.ts',
      'tests/payment.test.ts',
      'tsconfig.json',
    ];
    expect(of('create')).toEqual(expect.arrayContaining(expected));
    expect(expected.filter((path) => !existsSync(at(path)))).toEqual([]);
  });

  it('leaves no word of its templates behind, and no temporary file', async () => {
    const { root, scaffold } = open();
    for (const service of ['stripe', 'sendgrid', 'standard-webhooks', 'discord']) await scaffold({ service });
    for (const [path, text] of Object.entries(snapshot(root))) {
      expect(`${path.slice(root.length)} ${text}`).not.toMatch(
        /acme|PACKAGE_NAME|PROVIDER_TITLE|EVENT_TABLE|EVENT_ROWS|SERVICE_USE|STORE_NOTE|RUN_SCRIPT|\.tmp/i,
      );
    }
  });

  it('changes nothing when it runs again', async () => {
    const { root, scaffold } = open();
    await scaffold();
    const before = snapshot(root);
    const { files } = await scaffold();
    expect(new Set(files.map(({ action }) => action))).toEqual(new Set(['unchanged']));
    expect(snapshot(root)).toEqual(before);
  });

  it('keeps a file that was changed by hand, and offers nothing when it has nothing new', async () => {
    const { scaffold, at, read } = open();
    await scaffold();
    writeFileSync(at('src/app.ts'), '// mine\n');
    expect((await scaffold()).of('kept')).toEqual(['src/app.ts']);
    expect(read('src/app.ts')).toBe('// mine\n');
    expect(existsSync(at('src/app.ts.new'))).toBe(false);
  });

  it('puts what is new beside a changed file, once', async () => {
    const { root, scaffold, at, read } = open();
    await scaffold({ testRunner: 'vitest' });
    writeFileSync(at('tests/retry.test.ts'), '// mine\n');
    const { of } = await scaffold({ testRunner: 'jest' });
    expect(of('conflict')).toEqual(['tests/retry.test.ts']);
    expect(of('update')).toContain('tests/payment.test.ts');
    expect(read('tests/retry.test.ts')).toBe('// mine\n');
    expect(read('tests/retry.test.ts.new')).toContain('@jest/globals');
    const before = snapshot(root);
    expect((await scaffold({ testRunner: 'jest' })).of('kept')).toEqual(['tests/retry.test.ts']);
    expect(snapshot(root)).toEqual(before);
  });

  it('takes files that it does not know for yours, also with a damaged manifest', async () => {
    const { scaffold, write, read, at } = open();
    write(`${STRIPE}/package.json`, '{"name":"mine"}');
    expect((await scaffold()).of('conflict')).toEqual(['package.json']);
    expect(read('package.json')).toBe('{"name":"mine"}');
    writeFileSync(at('.breakwater.json'), '{"version":1,"files":{"src/app.ts":7}}');
    writeFileSync(at('src/app.ts'), '// mine\n');
    expect((await scaffold()).of('conflict')).toContain('src/app.ts');
    expect(read('src/app.ts')).toBe('// mine\n');
  });

  it('leaves a deleted file deleted, until its hash is taken away', async () => {
    const { root, scaffold, at, read } = open();
    await scaffold();
    rmSync(at('src/server.ts'));
    const before = snapshot(root);
    const { of } = await scaffold();
    expect([of('create'), of('kept')]).toEqual([[], ['src/server.ts']]);
    expect(snapshot(root)).toEqual(before);
    writeFileSync(at('.breakwater.json'), read('.breakwater.json').replace(/ *"src\/server\.ts".*\n/, ''));
    expect((await scaffold()).of('create')).toEqual(['src/server.ts']);
  });

  it('never writes over a .new file that somebody edits', async () => {
    const { scaffold, at, read } = open();
    await scaffold({ testRunner: 'vitest' });
    writeFileSync(at('tests/retry.test.ts'), '// mine\n');
    await scaffold({ testRunner: 'jest' });
    const offered = read('tests/retry.test.ts.new');
    writeFileSync(at('tests/retry.test.ts.new'), '// half merged\n');
    for (let call = 0; call < 2; call += 1) {
      expect((await scaffold({ testRunner: 'vitest' })).of('conflict')).toEqual(['tests/retry.test.ts']);
      expect(read('tests/retry.test.ts.new')).toBe('// half merged\n');
    }
    rmSync(at('tests/retry.test.ts.new'));
    expect((await scaffold({ testRunner: 'vitest' })).of('conflict')).toEqual(['tests/retry.test.ts']);
    expect(read('tests/retry.test.ts.new')).toBe(offered.replace("'@jest/globals'", "'vitest'"));
  });

  it('removes what another choice no longer has, and only what is unchanged', async () => {
    const { root, scaffold, at } = open();
    const fresh = open();
    await fresh.scaffold({ store: 'memory', testRunner: 'jest' });
    await scaffold({ store: 'sqlite' });
    const first = snapshot(root);
    expect((await scaffold({ store: 'memory', testRunner: 'jest', isDryRun: true })).diff).toContain('+++ /dev/null');
    expect(snapshot(root)).toEqual(first);
    const { of } = await scaffold({ store: 'memory', testRunner: 'jest' });
    expect(of('remove')).toEqual(['src/store/sqlite.store.ts', 'vitest.config.mts']);
    const names = (folder: string) => Object.keys(snapshot(folder)).map((path) => path.slice(folder.length));
    expect(names(root).sort()).toEqual(names(fresh.root).sort());
    expect((await scaffold({ store: 'memory', testRunner: 'jest' })).of('unchanged')).toHaveLength(
      names(root).length - 2,
    );
    expect((await scaffold({ store: 'sqlite' })).of('create')).toEqual(['src/store/sqlite.store.ts']);
    writeFileSync(at('src/store/sqlite.store.ts'), '// mine\n');
    expect((await scaffold({ store: 'memory' })).of('kept')).toEqual(['src/store/sqlite.store.ts']);
  });

  it('removes nothing of the parts that are not asked for', async () => {
    const { scaffold } = open();
    await scaffold();
    const { of } = await scaffold({ parts: ['client'], store: 'memory', testRunner: 'jest' });
    expect([of('remove'), of('kept')]).toEqual([[], []]);
    await scaffold({ service: 'paypal', parts: ['client', 'service'], store: 'sqlite' });
    const paypal = await scaffold({ service: 'paypal', parts: ['client', 'service'], store: 'memory' });
    expect(paypal.of('remove')).toEqual(['src/store/sqlite.store.ts']);
  });

  it('writes nothing in a dry run, and shows changes before new files', async () => {
    const { root, scaffold, write } = open();
    write(`${STRIPE}/README.md`, 'mine\n');
    const before = snapshot(root);
    const { diff } = await scaffold({ isDryRun: true });
    expect(snapshot(root)).toEqual(before);
    const [changed = -1, created = -1] = ['+++ b/README.md.new', '--- /dev/null'].map((line) => diff?.indexOf(line));
    expect(changed).toBeGreaterThan(-1);
    expect(created).toBeGreaterThan(changed);
    expect(diff).toContain('-mine');
    expect(diff).toMatch(/# \d+ more files are not shown\n$/);
    expect(diff?.length).toBeLessThan(24_100);
  });

  it('writes the parts that are asked for, with what they need', async () => {
    const { scaffold, read } = open();
    const { of } = await scaffold({ parts: ['client'] });
    expect(of('create')).toContain('src/clients/http.client.ts');
    expect(of('create').filter((path) => /webhooks|services|tests|server|store/.test(path))).toEqual([]);
    expect(Object.keys(JSON.parse(read('package.json')).dependencies)).toEqual(['axios']);
    expect((await scaffold({ parts: ['service'] })).of('create')).toContain('src/store/store.ts');
  });

  it('never writes through a link that leads out, and looks at every place before it writes', async () => {
    const { base, root, scaffold, at } = open();
    mkdirSync(join(base, 'outside'));
    mkdirSync(at('.'), { recursive: true });
    symlinkSync(join(base, 'outside'), at('tests'));
    const before = snapshot(root);
    await expect(scaffold()).rejects.toMatchObject({
      code: 'not_allowed',
      outcome: 'not_executed',
      message: expect.stringContaining('tests/'),
      details: { paths: [expect.stringMatching(/^tests\//)] },
    });
    expect(readdirSync(join(base, 'outside'))).toEqual([]);
    expect(snapshot(root)).toEqual(before);
  });

  it('takes what it cannot read for yours: a link out, a large file, a folder', async () => {
    const { base, root, scaffold, write, at, read } = open();
    writeFileSync(join(base, 'outside.ts'), 'mine');
    mkdirSync(at('src'), { recursive: true });
    symlinkSync(join(base, 'outside.ts'), at('src/app.ts'));
    const large = `// mine${' '.repeat(1_100_000)}`;
    write(`${STRIPE}/src/config.ts`, large);
    write(`${STRIPE}/src/server.ts/folder`, '');
    const before = snapshot(root);
    expect((await scaffold({ isDryRun: true })).of('conflict')).toEqual([
      'src/app.ts',
      'src/config.ts',
      'src/server.ts',
    ]);
    expect(snapshot(root)).toEqual(before);
    expect((await scaffold()).of('conflict')).toEqual(['src/app.ts', 'src/config.ts', 'src/server.ts']);
    expect(readFileSync(join(base, 'outside.ts'), 'utf8')).toBe('mine');
    expect(read('src/config.ts') === large).toBe(true);
    expect(read('src/config.ts.new')).toContain('DATABASE_URL');
    // A file of its own that grew beyond what is read.
    write(`${STRIPE}/src/utils/retry.util.ts`, large);
    expect((await scaffold()).of('conflict')).toContain('src/utils/retry.util.ts');
    expect(read('src/utils/retry.util.ts') === large).toBe(true);
  });

  it('stops when it is cancelled, and completes when it is repeated', async () => {
    const { scaffold } = open();
    await expect(scaffold({}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect((await scaffold()).of('create').length).toBeGreaterThan(30);
  });

  it('says which file could not be written, and that others were', async () => {
    const { scaffold, at } = open();
    // The last one, where a folder lies.
    mkdirSync(at('.breakwater.json'), { recursive: true });
    await expect(scaffold({ parts: ['client'] })).rejects.toMatchObject({
      code: 'unavailable',
      outcome: 'executed',
      message: expect.stringMatching(/^\.breakwater\.json could not be written \(E\w+\); \d+ files were\.$/),
      details: { paths: ['.breakwater.json'], written: expect.any(Number) },
    });
    expect(existsSync(at('package.json'))).toBe(true);
  });

  it('says that nothing was written', async () => {
    const { root, scaffold, write, at } = open();
    write(`${STRIPE}/src`, 'a file where a folder belongs');
    const before = snapshot(root);
    await expect(scaffold()).rejects.toMatchObject({
      outcome: 'not_executed',
      details: { paths: [expect.stringMatching(/^src\//)] },
    });
    expect(snapshot(root)).toEqual(before);
    expect(readdirSync(at('.'))).toEqual(['src']);
  });

  it.each([
    ['nope', {}],
    ['custom', {}],
    ['paypal', {}],
  ])('refuses %s', async (service, more) => {
    await expect(open().scaffold({ service, ...more })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('refuses Prisma with a database that it has no adapter for', async () => {
    const prisma = { 'package.json': ROOT, 'prisma/schema.prisma': 'datasource db {\n  provider = "mysql"\n}' };
    await expect(open(prisma).scaffold({ store: 'prisma' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await open(prisma).scaffold({ isDryRun: true })).blueprint.store).toBe('sqlite');
  });
});

it.each([
  ['github', `accept: 'application/vnd.github+json', authorization: \`Bearer \${apiKey}\``],
  ['shopify', "{ 'x-shopify-access-token': apiKey }"],
  ['paddle', `{ authorization: \`Bearer \${apiKey}\` }`],
])('authenticates to %s as its API wants it', async (service, expected) => {
  const { root, scaffold } = open();
  await scaffold({ service });
  expect(
    readFileSync(join(root, `services/integrations/${service}/src/clients/${service}.client.ts`), 'utf8'),
  ).toContain(expected);
});

describe('what is generated fits the repository', () => {
  it('CommonJS, Jest, Prisma on PostgreSQL, and the shared library', async () => {
    const { scaffold, read } = open({
      'package.json': {
        name: '@shop/root',
        workspaces: ['packages/*'],
        devDependencies: { jest: '^29.7.0', eslint: '^9.0.0' },
      },
      'packages/lib/package.json': { name: '@metasaver/multi-mono' },
      'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n}',
    });
    await scaffold();
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: '@shop/stripe-integration',
      type: 'commonjs',
      scripts: {
        dev: expect.any(String),
        build: 'prisma generate && tsc -p tsconfig.build.json',
        start: expect.any(String),
        lint: 'eslint .',
        'lint:fix': 'eslint . --fix',
        'test:unit': 'jest',
      },
      dependencies: { '@metasaver/multi-mono': '*', '@prisma/adapter-pg': expect.any(String) },
      devDependencies: { jest: '^30.5.0', eslint: '^10.15.0' },
    });
    expect(read('prisma/schema.prisma')).toContain('moduleFormat = "cjs"');
    expect(read('prisma/schema.prisma')).toContain('provider = "postgresql"');
    expect(read('tests/payment.test.ts')).toContain("from '@jest/globals'");
    expect(read('src/store/open-store.ts')).toContain('PrismaPg');
    expect(read('src/config.ts')).toContain("databaseUrl: required(env, 'DATABASE_URL')");
  });

  it('ESM, Vitest and Biome at the versions of the repository', async () => {
    const tools = { vitest: '^6.0.0', '@biomejs/biome': '2.5.0', typescript: 'catalog:' };
    const { scaffold, read } = open({ 'package.json': { ...ROOT, devDependencies: tools }, 'biome.json': {} });
    await scaffold({ store: 'memory' });
    expect(JSON.parse(read('package.json'))).toMatchObject({
      type: 'module',
      scripts: { lint: 'biome lint .', 'test:unit': 'vitest run' },
      devDependencies: { vitest: '^6.0.0', '@biomejs/biome': '2.5.0', typescript: '~5.9.3' },
    });
    expect(JSON.parse(read('biome.json'))).toMatchObject({ root: false });
  });
});
