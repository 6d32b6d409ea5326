import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LAUNCHER, serverEnv, startServer, succeed, temporaryFolder } from '../support/server-process.ts';

it('exports what a server stored, while it runs, and imports it elsewhere', async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  const run = (home: string, ...args: string[]) =>
    spawnSync(process.execPath, [LAUNCHER, 'memory', ...args], { env: serverEnv(home), encoding: 'utf8' });
  const server = await startServer(folder);
  const { memory_id: id } = await succeed(server, 'store_memory', { content: 'The port is 3000' });

  const exported = run(folder, 'export');
  expect([exported.status, exported.stderr]).toEqual([0, '']);
  expect(
    exported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([
    { type: 'memory', memory_id: id, content: 'The port is 3000', workspace: 'test-workspace', agent: 'test-client' },
  ]);

  const file = join(other, 'memories.jsonl');
  writeFileSync(file, exported.stdout);
  const imported = run(other, 'import', file, '--json');
  expect([imported.status, JSON.parse(imported.stdout)]).toMatchObject([0, { imported: 1, skipped: 0 }]);
  const reader = await startServer(other);
  expect(await succeed(reader, 'get_memory', { memory_id: String(id) })).toMatchObject({ content: 'The port is 3000' });
  expect(run(other, 'export', join(other, 'again.jsonl')).status).toBe(0);
  expect(readFileSync(join(other, 'again.jsonl'), 'utf8')).toBe(exported.stdout);
  expect(run(other, 'vacuum')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^The database went from/) });
  expect(await succeed(reader, 'search_memories', { query: 'port' })).toMatchObject({ count: 1 });
  expect(run(other, 'fly')).toMatchObject({ status: 2, stdout: '' });
  expect(run(other, 'import', '--help').stdout).toContain('Usage: breakwater memory import [options] <file>');
});
