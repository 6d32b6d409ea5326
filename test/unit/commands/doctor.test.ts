import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import { Integrations } from '../../../src/integrations/integrations.ts';
import { integrationMigrations, SqliteIntegrationStore } from '../../../src/integrations/sqlite-integration-store.ts';
import { Sqlite } from '../../../src/storage/sqlite.ts';
import { answer, startService } from '../../support/loopback-service.ts';
import { callCommand, runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/server-process.ts';

const TOKEN = ['ghp', '0123456789abcdefghijklmnopqrstuvwxyz'].join('_');

interface Finding {
  area: string;
  level: string;
  what: string;
  fix?: string;
}

describe('breakwater doctor', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });

  /** Findings of an area, without those that are in order. */
  const examine = async (area: string, env: Record<string, string> = {}) => {
    const { stdout, stderr, status } = await callCommand(folder, ['doctor', '--json'], env);
    expect(stderr).toBe('');
    const { findings, broken } = JSON.parse(stdout) as { findings: Finding[]; broken: number };
    expect(status).toBe(broken > 0 ? 1 : 0);
    return findings.filter((finding) => finding.area === area && finding.level !== 'ok');
  };
  const configure = async (...integrations: [service: string, input: object][]) => {
    const sqlite = new Sqlite({ path: join(folder, 'breakwater.db'), migrations: integrationMigrations });
    const store = new SqliteIntegrationStore(sqlite, systemClock);
    const all = new Integrations({ store, catalogue, secrets: { get: () => undefined }, allowLive: false });
    for (const [service, input] of integrations) await all.configure('test-workspace', service, undefined, input);
    await sqlite.close();
  };
  const writeMcpJson = (entry: object, name = 'breakwater') =>
    writeFileSync(join(folder, '.mcp.json'), JSON.stringify({ mcpServers: { [name]: entry, other: { url: 'x' } } }));

  it('finds a fresh machine in order, makes no database, and says how to go on', () => {
    const { status, stdout } = runCommand(folder, ['doctor']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^✓ runtime {2,}Breakwater \S+ on Node\.js \S+$/m);
    expect(stdout).toContain('is made at first use');
    expect(stdout).toMatch(/^! clients {2,}no client .*\n +Fix: claude mcp add breakwater/m);
    expect(stdout).toMatch(/\n0 broken, 1 warning\.\n$/);
    expect(existsSync(join(folder, 'breakwater.db'))).toBe(false);
  });

  it('names each variable that is not set, until it is or a client gives it', async () => {
    await configure(['stripe', {}], ['github', {}]);
    const keys = {
      STRIPE_SECRET_KEY: 'sk_test_51Breakwater0000000001',
      STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
    };
    expect(await examine('integrations', keys)).toMatchObject([
      {
        level: 'broken',
        what: 'github: GITHUB_TOKEN is not set here',
        fix: expect.stringContaining('Set GITHUB_TOKEN'),
      },
      { level: 'broken', what: 'github: GITHUB_WEBHOOK_SECRET is not set here' },
    ]);
    writeMcpJson({
      command: 'npx',
      env: { GITHUB_TOKEN: '$' + '{HIDDEN:-x}', GITHUB_WEBHOOK_SECRET: '$' + '{ABSENT:-}' },
    });
    expect(await examine('integrations', keys)).toMatchObject([
      { what: 'github: GITHUB_WEBHOOK_SECRET is not set here' },
    ]);
    expect(
      await examine('integrations', { ...keys, GITHUB_TOKEN: TOKEN, GITHUB_WEBHOOK_SECRET: 'long enough' }),
    ).toEqual([]);
    const { stdout } = await callCommand(folder, ['doctor'], keys);
    expect(stdout).toContain('STRIPE_SECRET_KEY sk_test_…0001');
    expect(stdout).not.toContain(keys.STRIPE_SECRET_KEY);
  });

  it('knows whether live mode is locked, and which integrations want it', async () => {
    await configure(['stripe', { mode: 'live' }]);
    const locked = { level: 'warn', what: expect.stringContaining('Live mode is locked') };
    expect(await examine('integrations', { STRIPE_SECRET_KEY: 'rk_live_x' })).toContainEqual(
      expect.objectContaining(locked),
    );
    const { stdout } = await callCommand(folder, ['doctor'], { BREAKWATER_ALLOW_LIVE: '1' });
    expect(stdout).toContain('consent given, for stripe');
  });

  it('says what a setting must be, and looks no further', async () => {
    const { status, stdout } = await callCommand(folder, ['doctor'], { BREAKWATER_ALLOW_LIVE: 'maybe' });
    expect(status).toBe(1);
    expect(stdout).toContain('✗ settings');
    expect(stdout).not.toContain('database');
  });

  it.each([
    ['is no database', undefined, 'not a SQLite database'],
    ['has lost a page', [8_192, 4_096], 'is damaged'],
    ['can be opened, with a page that contradicts itself', [16_387, 2], 'is damaged: Tree'],
  ])('finds a file that %s', async (_name, lost, words) => {
    const file = join(folder, 'breakwater.db');
    if (lost === undefined) writeFileSync(file, 'not a database, and not empty either, for sure');
    else {
      await callCommand(folder, ['status']);
      const [offset = 0, length = 0] = lost;
      writeFileSync(file, readFileSync(file).fill(0xa5, offset, offset + length));
    }
    const [finding] = await examine('database');
    expect(finding).toMatchObject({ level: 'broken', fix: expect.any(String) });
    expect(finding?.what).toContain(words);
    expect(finding?.what).toContain(file);
  });

  it('finds what is wrong where clients start the server', async () => {
    expect(await examine('clients')).toMatchObject([{ level: 'warn', what: expect.stringContaining('no client') }]);
    writeMcpJson({ command: 'npx', args: ['-y', 'breakwater-mcp'] });
    expect(await examine('clients')).toEqual([]);
    const args = [join(folder, 'gone', 'breakwater.mjs')];
    writeMcpJson({ command: 'node', args, env: { GITHUB_TOKEN: TOKEN, A: '$' + '{NOT_SET}', BREAKWATER_DB: '/x.db' } });
    const findings = await examine('clients');
    expect(findings.map(({ level }) => level)).toEqual(['broken', 'warn', 'warn', 'warn']);
    expect(findings.map(({ what }) => what.slice(what.indexOf('"')))).toEqual([
      `"breakwater" starts ${args[0]}, which does not exist`,
      '"breakwater" holds the value of GITHUB_TOKEN, in a file of the project',
      '"breakwater" takes A from NOT_SET, which is not set here',
      '"breakwater" uses the database /x.db, not the one examined here',
    ]);
    expect(JSON.stringify(findings)).not.toContain(TOKEN);
    writeMcpJson({ command: 'npx' }, 'breakwater-under-a-name-that-is-far-too-long-for-clients');
    expect(await examine('clients')).toMatchObject([
      { level: 'broken', what: expect.stringContaining('64 is the limit') },
    ]);
    writeFileSync(join(folder, '.mcp.json'), '{ "mcpServers": ');
    expect(await examine('clients')).toMatchObject([
      { level: 'broken', what: expect.stringContaining('it is not JSON') },
    ]);
  });

  it('reads what Claude Code keeps for the user and the project', async () => {
    const project = join(folder, 'project');
    mkdirSync(project);
    const servers = { breakwater: { command: 'npx', args: ['breakwater-mcp'], env: { GITHUB_TOKEN: TOKEN } } };
    const write = (state: object) => {
      const projects = { [project]: { mcpServers: servers, ...state }, '/elsewhere': 'of no known shape' };
      writeFileSync(join(folder, '.claude.json'), JSON.stringify({ numStartups: 3, projects }));
    };
    const env = { CLAUDE_PROJECT_DIR: project };
    write({});
    expect(await examine('clients', env)).toEqual([]);
    write({ disabledMcpServers: ['breakwater'] });
    expect(await examine('clients', env)).toMatchObject([
      { level: 'warn', what: expect.stringContaining('switched off') },
    ]);
    mkdirSync(join(project, '.claude'));
    const settings = { enabledPlugins: { 'breakwater@tools': true } };
    writeFileSync(join(project, '.claude/settings.json'), JSON.stringify(settings));
    expect((await callCommand(folder, ['doctor'], env)).stdout).toContain('the plugin breakwater@tools is on');
  });

  it('asks hosts only with --online', async () => {
    const service = await startService(answer(401));
    const env = { GITHUB_TOKEN: TOKEN, GITHUB_WEBHOOK_SECRET: 'long enough', STRIPE_SECRET_KEY: 'sk_test_1' };
    const closed = await startService(answer(200));
    await closed.stopListening();
    await configure(['github', { baseUrl: service.url.origin }], ['stripe', { baseUrl: closed.url.origin }]);
    await callCommand(folder, ['doctor'], env);
    expect(service.received).toEqual([]);
    const { stdout } = await callCommand(folder, ['doctor', '--online'], env);
    expect(service.received).toHaveLength(1);
    expect(JSON.stringify(service.received)).not.toContain(TOKEN);
    expect(stdout).toMatch(/✓ hosts .* answers \(HTTP \d+, \d+ ms\)/);
    expect(stdout).toMatch(/✗ hosts .*127\.0\.0\.1:\d+: ECONNREFUSED\n +Fix: Try it outside: curl -I/);
  });
});
