import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, onTestEnd, serverEnv, temporaryFolder } from '../support/server-process.ts';

function start(...args: string[]) {
  const command = [LAUNCHER, 'dashboard', '--no-open', ...args];
  const child = spawn(process.execPath, command, {
    env: serverEnv(temporaryFolder()),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestEnd(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => String((await lines.next()).value) };
}

const run = (...args: string[]) =>
  spawnSync(process.execPath, [LAUNCHER, 'dashboard', ...args], {
    env: serverEnv(temporaryFolder()),
    encoding: 'utf8',
  });

describe('breakwater dashboard', () => {
  it('serves the built page at the link that it prints, until it is ended', async () => {
    const { child, next } = start('--json');
    const { url } = JSON.parse(await next()) as { url: string };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{43}$/);
    const page = await (await fetch(url)).text();
    const [, script = ''] = /src="(\/[^"]+)"/.exec(page) ?? [];
    const [, style = ''] = /rel="stylesheet" href="(\/[^"]+)"/.exec(page) ?? [];
    const types = [script, style, '/icon.svg'].map(async (path) => {
      const { status, headers } = await fetch(new URL(path, url));
      return [status, headers.get('content-type')];
    });
    expect(await Promise.all(types)).toEqual([
      [200, 'text/javascript; charset=utf-8'],
      [200, 'text/css; charset=utf-8'],
      [200, 'image/svg+xml'],
    ]);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('ends when nobody reads its link', async () => {
    const { child } = start('--json');
    child.stdout.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says to people what the link is', async () => {
    const { next } = start();
    expect(await next()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#/);
    expect(await next()).toBe('This link works once (Ctrl-C ends)');
  });

  it('refuses wrong arguments, and a port in use', async () => {
    expect([run('--port', 'x').status, run('--host', '0.0.0.0').status, run('now').status]).toEqual([2, 2, 2]);
    const holder = createServer().listen(0, '127.0.0.1');
    onTestEnd(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { status, stdout, stderr } = run('--no-open', '--port', String(port));
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`breakwater: Port ${port} is in use.\n  Fix: Choose another port, or 0 for a free one.\n`);
  });
});
