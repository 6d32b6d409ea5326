import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import type { CodeBlock } from '../support/documents.ts';
import { readDocuments } from '../support/documents.ts';
import { ROOT, temporaryFolder } from '../support/server-process.ts';
import { SHELL_NOTE } from '../support/shell-blocks.ts';

const MINUTE = 60_000;
const documents = readDocuments(ROOT).map(({ name, blocks }) => ({
  name,
  blocks: blocks.filter(({ language, note }) => /^(?:ba)?sh$/.test(language) && !note.startsWith('not run: ')),
}));
const runnable = documents.filter(({ blocks }) => blocks.length > 0);

describe.skipIf(!CI_RUN)('the commands of the documents, in a fresh clone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-clone-'));
  const clone = join(folder, 'clone');
  afterAll(() => rmSync(folder, { recursive: true, force: true }), MINUTE);

  beforeAll(() => {
    // What is not committed is not in a fresh clone.
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone], { stdio: 'pipe' });
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: clone, stdio: 'pipe' });
  }, 5 * MINUTE);

  it('are found', () => {
    expect(runnable.map(({ name }) => name)).toEqual(expect.arrayContaining(['README.md', 'docs/memory.md']));
  });

  it.each(runnable)('of $name', { timeout: 5 * MINUTE }, async ({ blocks }) => {
    const shell = openShell(clone);
    for (const block of blocks) await shell.run(block);
  });
});

describe.skipIf(!CI_RUN)('the README', () => {
  it('has a demo of less than a minute, plain when there is no terminal', { timeout: 2 * MINUTE }, () => {
    const started = performance.now();
    const output = execFileSync('npm', ['run', '--silent', 'demo'], { cwd: ROOT, encoding: 'utf8' });
    expect(performance.now() - started).toBeLessThan(MINUTE);
    expect(output).toContain('Everything went as told');
    expect(output).not.toContain(String.fromCharCode(27));
  });

  it('configures clients with JSON that starts the published package', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
    const { mcpServers } = JSON.parse(json) as { mcpServers: Record<string, { args: string[] }> };
    const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
    expect(mcpServers['breakwater']?.args).toEqual(['-y', name]);
  });
});

/** A home of its own for each document, with `breakwater` on its path and the files that the examples name. */
function openShell(clone: string) {
  const home = temporaryFolder();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  symlinkSync(join(clone, 'bin', 'breakwater.mjs'), join(bin, 'breakwater'));
  const project = join(home, 'project');
  cpSync(join(ROOT, 'test/fixtures/documents'), project, { recursive: true });
  const path = [bin, join(clone, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const env = { ...process.env, PATH: path, HOME: home, XDG_DATA_HOME: '', BREAKWATER_TEST_CI: '' };
  return {
    /** npm belongs to the clone; everything else happens in a user's project. */
    run: (block: CodeBlock) => run(block, { cwd: /^npm /m.test(block.text) ? clone : project, env }),
  };
}

interface Outcome {
  /** The exit code, or the signal that ended it. */
  end: number | NodeJS.Signals;
  output: string;
}

/** Runs a block as its note says; see `SHELL_NOTE`. */
async function run(block: CodeBlock, options: ShellOptions): Promise<void> {
  const { until, status = '0' } = SHELL_NOTE.exec(block.note)?.groups ?? {};
  const { end, output } = await execute(block.text, until, options);
  expect(String(end), `${block.at}\n${output}`).toBe(status);
  if (until !== undefined) expect(output, block.at).toContain(until);
}

interface ShellOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
}

async function execute(script: string, until: string | undefined, options: ShellOptions): Promise<Outcome> {
  // A process group, so that Ctrl-C reaches the commands and not this test.
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { ...options, detached: true });
  const signal = (name: NodeJS.Signals) => process.kill(-(child.pid ?? 0), name);
  const tooLong = setTimeout(() => signal('SIGKILL'), 3 * MINUTE);
  let output = '';
  let interrupted = false;
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
    if (interrupted || until === undefined || !output.includes(until)) return;
    interrupted = true;
    signal('SIGINT');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const [code, name]: unknown[] = await once(child, 'close');
  clearTimeout(tooLong);
  const end = typeof code === 'number' ? code : (name as NodeJS.Signals);
  return { end, output };
}
