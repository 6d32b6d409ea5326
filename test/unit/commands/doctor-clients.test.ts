import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { callCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/server-process.ts';

interface Finding {
  area: string;
  level: string;
  what: string;
  fix?: string;
}

const reference = (name: string) => `\${${name}}`;

describe('what doctor says of clients', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });

  /** What is not in order, without the path of the file and the name of the entry. */
  const examine = async (env: Record<string, string> = {}) => {
    const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
    const { stdout } = await callCommand(folder, ['doctor', '--json'], { PATH, ...env });
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    return findings
      .filter(({ area, level }) => area === 'clients' && level !== 'ok')
      .map(({ level, what, fix = '' }) => ({ level, what: what.replace(/^.*?json: /, ''), fix }));
  };
  const write = (name: string, content: unknown) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const writeMcpJson = (entry: object) => write('.mcp.json', { mcpServers: { breakwater: entry } });
  const writeVsCode = (entry: object) => write('.vscode/mcp.json', { servers: { breakwater: entry } });
  const writeProgram = (name: string, script: string) => {
    write(join('bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  };

  it('takes comments and trailing commas where an editor does, and nowhere else', async () => {
    const text = `{
      // The server, see https://example.com
      "servers": { "breakwater": { "command": "npx", "args": ["breakwater-mcp", /* one */ ], }, },
    }`;
    write('.vscode/mcp.json', text);
    expect(await examine()).toEqual([]);
    write('.mcp.json', text);
    expect(await examine()).toMatchObject([
      { level: 'broken', what: 'it has comments or trailing commas, and so is not JSON' },
    ]);
  });

  it('finds a command that is in no folder of PATH', async () => {
    writeMcpJson({ command: 'nosuchcommand', args: ['breakwater-mcp'] });
    expect(await examine()).toMatchObject([
      { level: 'broken', what: '"breakwater" starts nosuchcommand, which is in no folder of PATH' },
    ]);
    writeProgram('nosuchcommand', 'exit 0');
    expect(await examine({ PATH: join(folder, 'bin') })).toEqual([]);
    chmodSync(join(folder, 'bin/nosuchcommand'), 0o644);
    expect(await examine({ PATH: join(folder, 'bin') })).toHaveLength(1);
    writeMcpJson({ command: 'sh', args: ['breakwater-mcp'], env: { PATH: join(folder, 'bin') } });
    expect(await examine()).toMatchObject([{ what: expect.stringContaining('starts sh, which is in no folder') }]);
  });

  it('asks the node of this user for its version, and no other', async () => {
    writeMcpJson({ command: 'node', args: ['breakwater.mjs'] });
    expect(await examine()).toEqual([]);
    writeProgram('node', 'echo v20.19.5');
    expect(await examine({ PATH: join(folder, 'bin') })).toMatchObject([
      {
        level: 'warn',
        what: expect.stringMatching(/^"breakwater" starts .*node, which is v20\.19\.5; 22\.14 or later/),
      },
    ]);
    writeProgram('node', `touch ${join(folder, 'was-run')}; echo v20.19.5`);
    writeMcpJson({ command: 'node', args: ['breakwater.mjs'], env: { PATH: join(folder, 'bin') } });
    expect(await examine()).toEqual([]);
    writeMcpJson({ command: join(folder, 'bin/node'), args: ['breakwater.mjs'] });
    expect(await examine()).toEqual([]);
    expect(() => chmodSync(join(folder, 'was-run'), 0o600)).toThrow('ENOENT');
  });

  it('knows a database by another way of writing its path', async () => {
    const home = process.env['HOME'] ?? '';
    writeMcpJson({ command: 'npx', args: ['breakwater-mcp'], env: { BREAKWATER_DB: '~/bw.db' } });
    expect(await examine({ BREAKWATER_DB: '~/bw.db' })).toEqual([]);
    expect(await examine({ BREAKWATER_DB: join(home, 'bw.db') })).toEqual([]);
    expect(await examine()).toMatchObject([
      { what: `"breakwater" uses the database ${join(home, 'bw.db')}, not the one examined here` },
    ]);
    writeMcpJson({ command: 'npx', args: ['breakwater-mcp'], env: { BREAKWATER_DB: 'breakwater.db' } });
    expect(await examine()).toEqual([]);
  });

  it('knows what an editor puts in for its variables', async () => {
    writeVsCode({
      command: 'npx',
      args: ['breakwater-mcp', reference('workspaceFolder')],
      env: {
        BREAKWATER_DB: `${reference('workspaceFolder')}/breakwater.db`,
        PORT: 1,
        NONE: null,
        KEY: reference('input:key'),
      },
    });
    expect(await examine()).toEqual([]);
    writeVsCode({
      command: `${reference('workspaceFolder')}/gone`,
      args: ['breakwater'],
      env: { A: reference('env:ABSENT'), B: reference('NAME') },
    });
    expect(await examine({ NAME: 'x' })).toEqual([
      {
        level: 'broken',
        what: `"breakwater" starts ${folder}/gone, which does not exist`,
        fix: expect.stringContaining('Correct the path'),
      },
      {
        level: 'warn',
        what: '"breakwater" takes A from ABSENT, which is not set here',
        fix: 'Set ABSENT where the editor is started.',
      },
      {
        level: 'warn',
        what: '"breakwater" takes B from NAME, which is not set here',
        fix: `Write ${reference('env:NAME')}: editors know no other form.`,
      },
    ]);
  });

  it('names an entry that clients do not take', async () => {
    writeMcpJson({ command: 'npx', args: ['breakwater-mcp'], env: { PORT: 1 } });
    expect(await examine()).toMatchObject([
      {
        level: 'broken',
        what: '"breakwater" is no entry that clients take: env.PORT is missing or of another kind',
      },
    ]);
    writeMcpJson({ args: ['breakwater-mcp'] });
    expect(await examine()).toMatchObject([{ what: expect.stringContaining('command is missing') }]);
  });

  it('finds a setting with which the server would not start', async () => {
    writeMcpJson({ command: 'npx', args: ['breakwater-mcp'], env: { BREAKWATER_TOOLSETS: 'everything' } });
    expect(await examine()).toMatchObject([
      { level: 'broken', what: expect.stringContaining('BREAKWATER_TOOLSETS names an unknown set') },
    ]);
  });
});
