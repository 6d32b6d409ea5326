import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bundledPackages, noticesOf } from '../../scripts/licences.mjs';
import { KEYS } from '../../scripts/manifests.ts';
import { tools } from '../../src/tools/registry.ts';
import { linksOf, readDocuments } from '../support/documents.ts';
import { TOOL_NAMES } from '../support/tool-names.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const json = (path: string): unknown => JSON.parse(read(path));

const KNOWN = new Set(TOOL_NAMES);

const exactVersion = z
  .string()
  .max(255)
  .regex(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/);

/**
 * The part of the registry's rules that concerns us: the schema that `$schema` names, and what the registry checks beyond it (names that
 * begin and end with a letter or digit, no version ranges, no address for stdio). Strict, so that a misspelt field is found.
 * https://github.com/modelcontextprotocol/registry/tree/main/internal/validators
 */
const registryEntry = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]\/[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$/),
  title: z.string().trim().min(1).max(100),
  description: z.string().min(1).max(100),
  repository: z.strictObject({ url: z.url(), source: z.literal('github') }),
  version: exactVersion,
  packages: z.array(
    z.strictObject({
      registryType: z.literal('npm'),
      identifier: z.string().regex(/^\S+$/),
      version: exactVersion,
      runtimeHint: z.literal('npx'),
      transport: z.strictObject({ type: z.literal('stdio') }),
      environmentVariables: z.array(
        z.strictObject({
          name: z.string().min(1),
          description: z.string(),
          isRequired: z.boolean(),
          isSecret: z.boolean(),
          format: z.enum(['string', 'number', 'boolean', 'filepath']),
        }),
      ),
    }),
  ),
});

const onlyPackage = () => registryEntry.parse(json('server.json')).packages[0];

describe('what clients and registries read', () => {
  it('leads to tool names of at most 64 characters', () => {
    const { name } = json('plugin/.claude-plugin/plugin.json') as { name: string };
    const { mcpServers } = json('plugin/.mcp.json') as { mcpServers: Record<string, unknown> };
    const names = Object.keys(mcpServers).flatMap((server) =>
      TOOL_NAMES.map((tool) => `mcp__plugin_${name}_${server}__${tool}`),
    );
    expect(names).toContain('mcp__plugin_breakwater_breakwater__retrieve_payment_intent');
    expect(names.filter((full) => full.length > 64)).toEqual([]);
  });

  it('says one version everywhere', () => {
    const { version, mcpName } = json('package.json') as { version: string; mcpName: string };
    expect(json('plugin/.claude-plugin/plugin.json')).toMatchObject({ name: 'breakwater', version });
    expect(json('plugin/package.json')).toMatchObject({ dependencies: { 'breakwater-mcp': version } });
    expect(json('.claude-plugin/marketplace.json')).toMatchObject({ plugins: [{ source: './plugin', version }] });
    expect(json('server.json')).toMatchObject({
      name: mcpName,
      version,
      packages: [{ version, identifier: 'breakwater-mcp' }],
    });
  });

  it('is what the MCP registry accepts, and nothing that it does not know', () => {
    expect(registryEntry.parse(json('server.json'))).toEqual(json('server.json'));
  });

  it.each([
    ['a version range', { version: '^1.2.3' }],
    ['a newest version', { version: 'latest' }],
    ['a name without its namespace', { name: 'breakwater' }],
    ['a name that ends with a dot', { name: 'io.github.ada/breakwater.' }],
    ['a description that is too long', { description: 'x'.repeat(101) }],
    ['an unknown field', { homepage: 'https://example.com' }],
    [
      'an address of standard input',
      { packages: [{ ...onlyPackage(), transport: { type: 'stdio', url: 'http://127.0.0.1' } }] },
    ],
  ])('finds in it %s', (_what, part) => {
    expect(registryEntry.safeParse({ ...(json('server.json') as object), ...part }).success).toBe(false);
  });

  it('asks for keys by the names that integrations take by default, each as a secret that may stay empty', () => {
    expect(KEYS.map(({ name }) => name)).toEqual([
      'STRIPE_SECRET_KEY',
      'STRIPE_WEBHOOK_SECRET',
      'SENDGRID_API_KEY',
      'SENDGRID_WEBHOOK_PUBLIC_KEY',
      'GITHUB_TOKEN',
      'GITHUB_WEBHOOK_SECRET',
      'SLACK_BOT_TOKEN',
      'SLACK_SIGNING_SECRET',
    ]);
    const { userConfig } = json('plugin/.claude-plugin/plugin.json') as { userConfig: Record<string, object> };
    for (const option of Object.values(userConfig)) expect(option).toMatchObject({ sensitive: true, required: false });
  });

  it('says where its sources are, by which npm resolves the links and pictures of the README', () => {
    const { repository, homepage, bugs } = json('package.json') as {
      repository: { url: string };
      homepage: string;
      bugs: { url: string };
    };
    const url = 'https://github.com/breakwater-mcp/breakwater';
    expect([repository.url, homepage, bugs.url]).toEqual([`git+${url}.git`, `${url}#readme`, `${url}/issues`]);
    expect(json('server.json')).toMatchObject({ repository: { url, source: 'github' } });
    expect(json('plugin/.claude-plugin/plugin.json')).toMatchObject({ repository: url });
  });

  it('brings along what its pages link to, but what belongs to the sources', () => {
    const { files } = json('package.json') as { files: string[] };
    const packed = globSync([...files, 'README.md', 'LICENSE'], { cwd: ROOT });
    const links = readDocuments(ROOT)
      .filter(({ name }) => packed.includes(name))
      .flatMap((document) => linksOf(document).map(({ at, path }) => ({ at, path })));
    expect(links.length).toBeGreaterThan(50);
    const absent = links.filter(
      ({ path }) => !packed.includes(path) && !/^(?:CONTRIBUTING\.md$|src\/|docs\/images\/.+\.png$)/.test(path),
    );
    expect(absent).toEqual([]);
  });

  it('has an icon of 512 × 512 pixels', () => {
    const icon = readFileSync(join(ROOT, 'plugin/.claude-plugin/icon.png'));
    expect(icon.subarray(1, 4).toString()).toBe('PNG');
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([512, 512]);
  });
});

describe('the agent and the skills', () => {
  const skills = readdirSync(join(ROOT, 'plugin/skills'));
  const files = [
    'plugin/agents/integration-service-agent.md',
    ...skills.map((name) => `plugin/skills/${name}/SKILL.md`),
  ];

  it('are the ones that the documentation names', () => {
    expect(skills.sort()).toEqual(['debug-a-webhook', 'integrate-a-service', 'review-an-integration']);
    for (const name of skills) expect(read('docs/install.md')).toContain(`/breakwater:${name}`);
  });

  it.each(files)('%s names tools that exist', (file) => {
    // Words in code style with an underscore are tools, unless they are one of these fields and values.
    const fields = new Set(['event_id', 'body_base64', 'dry_run', 'context_type']);
    const named = [...read(file).matchAll(/`([a-z]+(?:_[a-z0-9]+)+)`/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !KNOWN.has(name) && !fields.has(name))).toEqual([]);
  });

  it.each(skills)('%s allows without asking only tools that change nothing', (skill) => {
    const [, list = ''] = /^allowed-tools: (.*)$/m.exec(read(`plugin/skills/${skill}/SKILL.md`)) ?? [];
    const allowed = list.split(', ').map((name) => name.replace('mcp__plugin_breakwater_breakwater__', ''));
    expect(allowed.filter((name) => !KNOWN.has(name))).toEqual([]);
    const writing = tools.filter(({ effect }) => effect !== 'read').map(({ name }) => name);
    expect(allowed.filter((name) => writing.includes(name))).toEqual([]);
  });
});

describe('licences of what is bundled', () => {
  it('finds the package of each file, scoped and nested ones too', () => {
    const inputs = {
      'node_modules/zod/v4/index.js': {},
      'node_modules/@babel/parser/lib/index.js': {},
      'src/main.ts': {},
    };
    expect(bundledPackages([{ inputs }]).map(({ name, license }) => [name, license])).toEqual([
      ['@babel/parser', 'MIT'],
      ['zod', 'MIT'],
    ]);
  });

  it('refuses one that nobody has allowed', () => {
    const copyleft = { name: 'viral', version: '1.0.0', license: 'AGPL-3.0', text: '' };
    expect(() => noticesOf([copyleft])).toThrow('viral (AGPL-3.0)');
    expect(noticesOf([{ ...copyleft, license: 'MIT', text: 'the text' }])).toContain('viral 1.0.0 (MIT)\n\nthe text');
  });
});
