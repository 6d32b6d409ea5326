import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import { runCommand } from '../support/run-command.ts';
import { LAUNCHER, temporaryFolder } from '../support/server-process.ts';

/** What is typed before Tab, what must be offered or filled in, and what must not. */
const CASES: [line: string, offered: string[], absent: string[]][] = [
  ['breakwater web', ['webhooks'], ['webfile']],
  ['breakwater ', ['doctor', 'breakers', 'memory'], ['notes.txt', '--version']],
  ['breakwater webhooks ', ['listen', 'replay', 'verify'], ['doctor', 'notes.txt']],
  ['breakwater webhooks re', ['replay'], ['verify']],
  ['breakwater webhooks list --st', ['--status'], ['--since']],
  ['breakwater webhooks list --json --', ['--status', '--since'], ['--faults']],
  ['breakwater webhooks list --status ', ['unverified', 'processed'], ['--since', 'notes.txt']],
  ['breakwater webhooks verify --body no', ['notes.txt'], []],
  ['breakwater memory import ', ['notes.txt'], ['consolidate']],
  ['breakwater completion ', ['bash', 'zsh', 'fish'], ['notes.txt']],
];

/** The home of a user who installed the script as docs/cli.md says, with the command and a few files. */
function installCompletion(shell: string, ...place: [...folders: string[], file: string]): string {
  const home = temporaryFolder();
  for (const name of ['notes.txt', 'webfile.json']) writeFileSync(join(home, name), '');
  const file = join(home, ...place);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, runCommand(home, ['completion', shell]).stdout);
  // fish loads what belongs to a command that it finds.
  mkdirSync(join(home, 'bin'));
  symlinkSync(LAUNCHER, join(home, 'bin', 'breakwater'));
  return home;
}

const environment = (home: string) => ({
  PATH: [join(home, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
  HOME: home,
  TERM: 'dumb',
});

const has = (shell: string) => spawnSync(shell, ['-c', 'exit']).error === undefined;

describe.skipIf(!CI_RUN || !has('fish'))('completion in fish', () => {
  const home = () => installCompletion('fish', '.config', 'fish', 'completions', 'breakwater.fish');

  it.each(CASES)('%s', (line, offered, absent) => {
    const cwd = home();
    const options = { cwd, env: environment(cwd), encoding: 'utf8' } as const;
    const output = execFileSync('fish', ['-c', `complete -C '${line}'`], options);
    const words = output.split('\n').map((each) => each.split('\t')[0]);
    expect(words).toEqual(expect.arrayContaining(offered));
    for (const word of absent) expect(words.join(' ')).not.toContain(word);
  });
});

// Without `script`, which makes the terminal, zsh completes nothing.
describe.skipIf(!CI_RUN || !has('zsh') || process.platform !== 'linux')('completion in zsh', () => {
  it.each(CASES)('%s', { timeout: 20_000 }, async (line, offered, absent) => {
    const output = await pressTab(installCompletion('zsh', '.zfunc', '_breakwater'), line);
    for (const word of offered) expect(output).toContain(word);
    for (const word of absent) expect(output).not.toContain(word);
  });
});

/** `shown` ends what Tab did: it prints the line as it then is. */
const ZSHRC = `
fpath=(~/.zfunc $fpath)
autoload -Uz compinit && compinit -u
shown() { print -r -- "[$BUFFER]"; zle reset-prompt }
zle -N shown
bindkey '^X' shown
PS1='ready> '
`;

/** Types a line and Tab in a terminal; what zsh showed after them. */
async function pressTab(home: string, line: string): Promise<string> {
  writeFileSync(join(home, '.zshrc'), ZSHRC);
  const shell = spawn('script', ['-qec', 'zsh -i', '/dev/null'], { cwd: home, env: environment(home) });
  let output = '';
  let typed = false;
  for await (const chunk of shell.stdout) {
    output += String(chunk);
    if (!typed && output.includes('ready> ')) {
      typed = true;
      output = '';
      shell.stdin.write(`${line}\t\u0018`);
    }
    if (typed && /\[breakwater .*\]/.test(output)) break;
  }
  shell.kill('SIGKILL');
  return output.replaceAll('\r', '').replace(line, '');
}
