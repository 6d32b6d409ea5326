import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { CI_RUN } from '../support/ci-only.ts';
import { ClaudeCode } from '../support/claude-code.ts';
import { install } from '../support/install-packages.ts';
import type { PackageRegistry } from '../support/package-registry.ts';
import { serveTarball } from '../support/package-registry.ts';
import { packPackage } from '../support/packed-package.ts';
import { RecordingTransport } from '../support/recording-transport.ts';
import { callTool, onTestEnd, ROOT, serverEnv, temporaryFolder } from '../support/server-process.ts';

const MINUTES = 60_000;
const KEY = 'sk_test_51InstalledWithThePlugin01';
const FINGERPRINT = 'sk_test_…in01';

interface Command {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** Starts what a client's configuration says, and asks which key Stripe's integration has. */
async function keyOf({ command, args, env }: Command): Promise<string | undefined> {
  const folder = temporaryFolder();
  const transport = new RecordingTransport({ command, args, env: { ...serverEnv(folder), ...env }, cwd: folder });
  onTestEnd(() => void transport.child.kill('SIGKILL'));
  const client = new Client({ name: 'installed', version: '1' });
  await client.connect(transport, { timeout: MINUTES });
  const { body } = await callTool(client, 'configure_integration', { service: 'stripe' });
  await client.close();
  expect(transport.pollution).toEqual([]);
  const { variables } = body['integration'] as { variables: { role: string; fingerprint?: string }[] };
  return variables.find(({ role }) => role === 'api_key')?.fingerprint;
}

describe.skipIf(!CI_RUN)('installation', { timeout: 5 * MINUTES }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-install-'));
  let registry: PackageRegistry;
  let claude: ClaudeCode;

  beforeAll(async () => {
    registry = await serveTarball(packPackage(folder).tarball, packageJson);
    claude = new ClaudeCode(folder, registry.url);
  }, 5 * MINUTES);

  afterAll(() => {
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('npx starts the published package', async () => {
    const npx = { command: 'npx', args: ['-y', 'breakwater-mcp'], env: { ...claude.env, STRIPE_SECRET_KEY: KEY } };
    expect(await keyOf(npx)).toBe(FINGERPRINT);
  });

  it('claude mcp add', async () => {
    const [, line = ''] = /^claude mcp add (.* npx -y breakwater-mcp)$/m.exec(read('docs/install.md')) ?? [];
    expect(await claude.run('mcp', 'add', ...line.split(' '))).toMatchObject({ status: 0 });
    expect((await claude.run('mcp', 'list')).text).toContain('breakwater: npx -y breakwater-mcp - ✔ Connected');
    await claude.run('mcp', 'remove', 'breakwater');
  });

  it("a project's .mcp.json, with variables that may be unset", async () => {
    const [, json = ''] = /```json\n(\{\n {2}"mcpServers"[\s\S]*?)```/.exec(read('docs/install.md')) ?? [];
    writeFileSync(join(claude.project, '.mcp.json'), json);
    expect((await claude.run('mcp', 'list')).text).toContain('breakwater: npx -y breakwater-mcp - ⏸ Pending approval');
    mkdirSync(join(claude.home, '.claude'), { recursive: true });
    writeFileSync(join(claude.home, '.claude', 'settings.json'), '{ "enableAllProjectMcpServers": true }');
    expect((await claude.run('mcp', 'list')).text).toContain('breakwater: npx -y breakwater-mcp - ✔ Connected');
    rmSync(join(claude.project, '.mcp.json'));
  });

  it('the plugin passes the checks of the client and of the directory', async () => {
    const checks = ['plugin', 'validate', '--strict'];
    expect(await claude.run(...checks, '--profile', 'directory', join(ROOT, 'plugin'))).toMatchObject({ status: 0 });
    expect(await claude.run(...checks, ROOT)).toMatchObject({ status: 0 });
  });

  it('the plugin is installed by one command, and its server finds the key that was given', async () => {
    claude.publishRepository('https://github.com/breakwater-mcp/breakwater.git');
    const marketplace = ['--marketplace', 'breakwater-mcp/breakwater', '--config', `stripe_secret_key=${KEY}`];
    const installed = await claude.run('plugin', 'install', 'breakwater', ...marketplace);
    expect(installed.status, installed.text).toBe(0);
    expect((await claude.run('mcp', 'list')).text).toMatch(/^plugin:breakwater:breakwater: node .* - ✔ Connected$/m);

    const root = join(claude.home, '.claude/plugins/cache/breakwater/breakwater', packageJson.version);
    const { mcpServers } = JSON.parse(readFileSync(join(root, '.mcp.json'), 'utf8')) as {
      mcpServers: { breakwater: Command };
    };
    // As the client fills it in: an option that was left empty is an empty variable.
    const filled = JSON.stringify(mcpServers.breakwater)
      .replaceAll(`\${CLAUDE_PLUGIN_ROOT}`, root)
      .replaceAll(`\${user_config.stripe_secret_key}`, KEY)
      .replaceAll(/\$\{user_config\.\w+\}/g, '');
    expect(await keyOf(JSON.parse(filled) as Command)).toBe(FINGERPRINT);
  });

  it('the MCPB bundle is valid and starts as its manifest says', async () => {
    const bundle = join(folder, 'breakwater.mcpb');
    execFileSync(process.execPath, ['scripts/mcpb.ts', bundle], { cwd: ROOT, stdio: 'pipe' });
    const cli = join(install('@anthropic-ai/mcpb@2.1.2'), 'node_modules/@anthropic-ai/mcpb/dist/cli/cli.js');
    const unpacked = join(folder, 'unpacked');
    execFileSync(process.execPath, [cli, 'unpack', bundle, unpacked], { stdio: 'pipe' });
    execFileSync(process.execPath, [cli, 'validate', join(unpacked, 'manifest.json')], { stdio: 'pipe' });
    const { server } = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')) as {
      server: { mcp_config: Command };
    };
    const filled = JSON.stringify(server.mcp_config)
      .replaceAll(`\${__dirname}`, unpacked)
      .replaceAll(`\${user_config.stripe_secret_key}`, KEY);
    expect(await keyOf({ ...(JSON.parse(filled) as Command), command: process.execPath })).toBe(FINGERPRINT);
  });
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
