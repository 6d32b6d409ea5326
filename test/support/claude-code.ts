import type { SpawnSyncReturns } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { install } from './install-packages.ts';
import { ROOT } from './server-process.ts';

const VERSION = '2.1.330';

/** Claude Code in a home of its own, with a package registry in which our tarball is published. It needs no account for any of this. */
export class ClaudeCode {
  readonly home: string;
  /** The project it is started in. */
  readonly project: string;
  readonly #env: Record<string, string>;
  readonly #cli: string;

  constructor(folder: string, registryUrl: string) {
    this.home = join(folder, 'home');
    this.project = join(folder, 'project');
    for (const path of [this.home, this.project]) mkdirSync(path, { recursive: true });
    this.#cli = join(
      install(`@anthropic-ai/claude-code@${VERSION}`),
      'node_modules/@anthropic-ai/claude-code/cli-wrapper.cjs',
    );
    this.#env = {
      ...inherited(),
      HOME: this.home,
      // The runtime of these tests first: a machine's own may be too old.
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
      npm_config_registry: registryUrl,
      npm_config_update_notifier: 'false',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    };
  }

  /** What a client started in the project inherits. */
  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  /** Runs `claude …`; what it printed, both streams. Not blocking, because the registry lives in this process. */
  async run(
    ...args: readonly string[]
  ): Promise<Pick<SpawnSyncReturns<string>, 'status' | 'output'> & { text: string }> {
    const child = spawn(process.execPath, [this.#cli, ...args], { env: this.#env, cwd: this.project, stdio: 'pipe' });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(String(chunk)));
    child.stdin.end();
    const status = await new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    });
    return { status, output, text: output.join('') };
  }

  /** Lets git find, under this address, a repository with the files of ours that a marketplace needs. */
  publishRepository(url: string): void {
    const repository = join(this.home, 'repository');
    for (const part of ['.claude-plugin', 'plugin'])
      cpSync(join(ROOT, part), join(repository, part), { recursive: true });
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: repository, env: this.#env, stdio: 'pipe' });
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message=release');
    writeFileSync(join(this.home, '.gitconfig'), `[url "file://${repository}"]\n\tinsteadOf = ${url}\n`);
  }
}

/** The machine's own settings, proxies and certificates for instance, without those of programs that this home must not know. */
function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    value === undefined || /^(?:npm_|breakwater_|claude|anthropic)/i.test(name) ? [] : [[name, value]],
  );
  return Object.fromEntries(entries);
}
