import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callCommand, runCommand } from '../../support/run-command.ts';
import { LAUNCHER, ROOT, serverEnv, temporaryFolder } from '../../support/server-process.ts';

const ESCAPE = String.fromCharCode(27);

describe('arguments', () => {
  it.each([
    [['webhooks'], 'Usage: breakwater webhooks'],
    [['breakers', 'open'], "missing required argument 'integration'"],
    [['breakers', 'open', 'stripe', '--for', 'soon'], 'duration such as 90s'],
    [['webhooks', 'list', '--status', 'lost'], 'Allowed choices are unverified, pending'],
    [['breakers', 'open', 'stripe', '--for', '8d'], 'at most 7d'],
    [['breakers', 'open', 'stripe', '--for', '0s'], 'at most 7d'],
    [['simulate', 'paypal'], 'Allowed choices are stripe, sendgrid, github, slack'],
    [
      ['webhooks', 'verify', '--event', '01J', '--body', 'x'],
      "'--event <id>' cannot be used with option '--body <file>'",
    ],
    [['webhooks', 'verify', '--event', '01J', '--header', 'A: b'], "cannot be used with option '--header <line>'"],
    [['webhooks', 'replay', '01J', '--example', 'invoice.paid'], 'exclude each other'],
    [['webhooks', 'list', '--limit', '0'], 'whole number from 1 to 100'],
    [['simulate', 'stripe', '--port', '70000'], 'whole number from 0 to 65535'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
    [['doctr'], 'Did you mean doctor?'],
  ])('refuses %j with exit code 2 and nothing on standard output', async (args, words) => {
    const ended = await callCommand(temporaryFolder(), args);
    expect([ended.status, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain(words);
  });

  it('tells what there is, with examples', async () => {
    const folder = temporaryFolder();
    const help = runCommand(folder, ['--help']);
    expect([help.status, help.stderr]).toEqual([0, '']);
    const words = [...help.stdout.matchAll(/^ {2}([a-z]+)/gm)].map(([, word]) => word);
    expect(words).toEqual([
      'doctor',
      'status',
      'breakers',
      'webhooks',
      'dashboard',
      'simulate',
      'memory',
      'demo',
      'completion',
      'help',
    ]);
    expect((await callCommand(folder, ['webhooks', 'verify', '--help'])).stdout).toContain(
      '$ breakwater webhooks verify',
    );
  });
});

/** Every command below `words` that does something itself. */
async function commandsBelow(...words: string[]): Promise<string[][]> {
  const { stdout } = await callCommand(temporaryFolder(), [...words, '--help']);
  const [, list = ''] = /\nCommands:\n((?: {2}.*\n)+)/.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
  if (names.length === 0) return [words];
  return (await Promise.all(names.map((name) => commandsBelow(...words, name)))).flat();
}

it('shows an example of itself in the help of every command', async () => {
  const all = await commandsBelow();
  expect(all).toHaveLength(20);
  for (const words of all) {
    const { stdout } = await callCommand(temporaryFolder(), [...words, '--help']);
    expect(stdout).toContain(`Examples:\n  $ breakwater ${words.join(' ')}`);
  }
});

describe('failures', () => {
  it.each([
    [['webhooks', 'show', 'nope'], 'breakwater webhooks list shows'],
    [['webhooks', 'verify', '--event', 'nope'], 'Take the id from breakwater webhooks list.'],
    [['webhooks', 'replay', 'nope'], 'give --provider, --example and --to.'],
    [['breakers', 'open', 'stripe'], 'An agent does that: configure_integration is a tool.'],
    [
      ['webhooks', 'verify', '--provider', 'stripe', '--body', '-', '--secret-env', 'no name'],
      '--secret-env must be the name',
    ],
  ])('of %j speak of commands and options', async (args, words) => {
    const { status, stderr } = runCommand(temporaryFolder(), args, { env: {} });
    expect(status).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr.replaceAll('configure_integration', '')).not.toMatch(/[a-z]_[a-z]/);
  });

  const none = ['webhooks', 'show', '01J9ZK3M5T0000000000000000'];

  it('say what happened and what to do, on standard error', () => {
    expect(runCommand(temporaryFolder(), none)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^breakwater: There is no such event in the log of this workspace\.\n {2}Fix: /),
    });
  });

  it('are one line of JSON with --json', () => {
    const ended = runCommand(temporaryFolder(), [...none, '--json']);
    expect([ended.status, ended.stdout]).toEqual([1, '']);
    expect(JSON.parse(ended.stderr)).toMatchObject({ code: 'not_found', hint: expect.any(String) });
  });

  it('never show a secret that was given as an argument', async () => {
    const key = ['sk', 'live', '51H8abcdefghijklmnopqrst'].join('_');
    const ended = await callCommand(temporaryFolder(), ['breakers', 'list', key]);
    expect(ended).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('holds a secret') });
    expect(ended.stderr).not.toContain(key);
  });
});

describe('output', () => {
  it('ends quietly when its reader has had enough', () => {
    const folder = temporaryFolder();
    const line = (at: number) =>
      JSON.stringify({
        id: `01ARZ3NDEKTSV4RRFFQ69${String(at).padStart(5, '0')}`,
        content: 'x'.repeat(2_000),
        timestamp: 1,
      });
    const file = join(folder, 'many.jsonl');
    writeFileSync(file, Array.from({ length: 500 }, (_, at) => line(at)).join('\n'));
    expect(runCommand(folder, ['memory', 'import', file]).status).toBe(0);
    const script = `"${process.execPath}" "${LAUNCHER}" memory export --all | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const ended = spawnSync('bash', ['-c', script], { env: serverEnv(folder), encoding: 'utf8' });
    expect(ended.stdout.trim().split('\n')).toEqual([expect.stringMatching(/^\{.*\}$/), '0']);
    expect(ended.stderr).toBe('');
  });

  it('has no colour without a terminal', () => {
    expect(runCommand(temporaryFolder(), ['status']).stdout).not.toContain(ESCAPE);
  });

  // Elsewhere `script`, which makes the terminal, takes other arguments.
  it.skipIf(process.platform !== 'linux')('has colour on a terminal unless NO_COLOR is set', () => {
    const onTerminal = (env: Record<string, string>) =>
      execFileSync('script', ['-qec', `"${process.execPath}" "${LAUNCHER}" status`, '/dev/null'], {
        env: { ...serverEnv(temporaryFolder()), TERM: 'xterm-256color', ...env },
        encoding: 'utf8',
      });
    expect(onTerminal({})).toContain(`${ESCAPE}[1mWorkspace`);
    expect(onTerminal({ NO_COLOR: '1' })).not.toContain(ESCAPE);
  });
});

describe('completion', () => {
  it('knows the commands, their options and their choices', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'completion.bash');
    writeFileSync(file, runCommand(folder, ['completion', 'bash']).stdout);
    const complete = (...words: string[]) => {
      const script = `source "$0"; COMP_WORDS=(breakwater "$@"); COMP_CWORD=$#; _breakwater; echo "\${COMPREPLY[*]}"`;
      return execFileSync('bash', ['-c', script, file, ...words], { encoding: 'utf8' }).trim();
    };
    expect(complete('')).toContain('doctor status breakers webhooks dashboard simulate memory demo completion');
    expect(complete('webhooks', 're')).toBe('replay');
    expect(complete('webhooks', 'list', '--st')).toBe('--status');
    expect(complete('webhooks', 'list', '--status', 'un')).toBe('unverified');
    expect(complete('breakers', 'open', '--r')).toBe('--reason');
    expect(complete('completion', '')).toContain('bash zsh fish');
    expect(complete('simulate', '')).toBe('stripe sendgrid github slack');
    expect(complete('webhooks', 'replay', '--order', 're')).toBe('reversed');
    expect(complete('webhooks', 'replay', '--faults', 'st')).toBe('stale');
  });

  it.each(['zsh', 'fish'])('has a script for %s with every command', async (shell) => {
    const { stdout, status } = await callCommand(temporaryFolder(), ['completion', shell]);
    expect(status).toBe(0);
    for (const word of ['doctor', 'verify', 'consolidate']) expect(stdout).toContain(word);
  });

  it('offers no files in fish beside the commands', async () => {
    const { stdout } = await callCommand(temporaryFolder(), ['completion', 'fish']);
    expect(stdout).toMatch(/^complete -c breakwater -f$/m);
  });
});

it('costs a server nothing: what it loads at its start has no command in it', () => {
  const load = (name: string): string => {
    const text = readFileSync(join(ROOT, 'dist', name), 'utf8');
    const below = [...text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)].map(([, file = '']) => file);
    return [text, ...below.map(load)].join('\n');
  };
  const loaded = load('main.js');
  const commands = readdirSync(join(ROOT, 'dist')).filter((name) => name.startsWith('command-line-'));
  expect(commands.map(load).join('\n')).toContain('commander.unknownCommand');
  expect(loaded).not.toContain('commander.unknownCommand');
});
