import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../support/database.ts';
import { ERA, IS_STATELESS } from '../support/era.ts';
import { succeed, temporaryFolder } from '../support/server-process.ts';
import { connectInMemory } from './in-memory-server.ts';

async function workspaceOf(options: Parameters<typeof connectInMemory>[0]): Promise<unknown> {
  const server = await connectInMemory(options);
  await server.call('store_memory', { content: 'where am I' });
  const { body } = await server.call('search_memories', { query: 'where' });
  return (body['results'] as { workspace: string }[])[0]?.workspace;
}

// The stateless protocol has no requests from the server.
describe.skipIf(IS_STATELESS)('roots', () => {
  it('are the project where nothing else tells it', async () => {
    expect(await workspaceOf({ roots: ['file:///projects/from%20root', 'file:///projects/second'] })).toBe(
      '/projects/from root',
    );
  });

  it.each([
    ['there is none', []],
    ['they are no folders of this machine', ['https://example.com/x', 'file://server/share']],
  ])('leave the project as it is where %s', async (_what, roots) => {
    expect(await workspaceOf({ roots })).toBe('/projects/shop');
  });

  it.each(['file:///tmp/a%2Fb', 'file:///%00'])('do not end a session where one cannot be a path (%s)', async (uri) => {
    expect(await workspaceOf({ roots: [uri, 'file:///projects/second'] })).toBe('/projects/second');
  });

  it('prefer a folder of this machine, and never take a file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const roots = [join(folder, 'file'), '/projects/elsewhere', folder].map((path) => pathToFileURL(path).href);
    expect(await workspaceOf({ roots })).toBe(folder);
  });

  it('only name the workspace where the folder is on another machine', async () => {
    const server = await connectInMemory({ roots: ['file:///home/ada/shop'] });
    expect(await succeed(server, 'detect_repository', {})).toMatchObject({ package_name: '@till/root' });
  });

  it('move the work when they change, and leave it where they only grow', async () => {
    const roots = ['file:///projects/one'];
    const server = await connectInMemory({ roots });
    await server.call('store_memory', { content: 'zebra' });
    roots.push('file:///projects/more');
    await server.client.sendRootsListChanged();
    // The server asks and compares.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.call('store_memory', { content: 'lion' });
    expect(server.loads()).toBe(1);
    roots.splice(0, 2, 'file:///projects/two');
    await server.client.sendRootsListChanged();
    await expect
      .poll(async () => {
        await server.call('breaker_status');
        return server.loads();
      })
      .toBe(2);
    await server.call('store_memory', { content: 'giraffe' });
    const { body } = await server.call('search_memories', {
      query: 'zebra lion giraffe',
      output_mode: 'full',
      all_workspaces: true,
    });
    const found = body['results'] as { content: string; workspace: string }[];
    expect(Object.fromEntries(found.map(({ content, workspace }) => [content, workspace]))).toEqual({
      zebra: '/projects/one',
      lion: '/projects/one',
      giraffe: '/projects/two',
    });
  });

  it('that come late are taken then, and the log says so', async () => {
    const server = await connectInMemory({ roots: ['file:///projects/slow'], rootsDelayMs: 1_300 });
    await server.call('breaker_status');
    expect(server.warnings).toEqual([expect.stringContaining('the client did not tell its roots')]);
    await expect
      .poll(
        async () => {
          await server.call('breaker_status');
          return server.loads();
        },
        { timeout: 3_000 },
      )
      .toBe(2);
    await server.call('store_memory', { content: 'where am I' });
    const { body } = await server.call('search_memories', { query: 'where' });
    expect(body).toMatchObject({ results: [{ workspace: '/projects/slow' }] });
  });

  it('are not asked for where the environment names the project', async () => {
    expect(await workspaceOf({ capabilities: { roots: {} } })).toBe('/projects/shop');
  });
});

async function watchList(path?: string) {
  const server = await connectInMemory(path === undefined ? {} : { databasePath: path });
  const changes = { count: 0 };
  server.client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
    changes.count += 1;
  });
  return { ...server, changes };
}

const LATER_MS = 1_300;
const later = () => new Promise((resolve) => setTimeout(resolve, LATER_MS));

describe.skipIf(ERA !== undefined)('the list of resources', () => {
  it('is announced when it has changed, to who has read it', async () => {
    const { client, call, changes } = await watchList();
    await call('store_memory', { content: 'before anybody looked' });
    await later();
    expect(changes.count).toBe(0);
    await client.listResources();
    await call('store_memory', { content: 'first' });
    await call('store_memory', { content: 'second' });
    await expect.poll(() => changes.count).toBe(1);
    await call('search_memories', { query: 'first' });
    await call('store_memory', { content: 'second' });
    await later();
    expect(changes.count).toBe(1);
  });

  it('is announced when another process has changed it, and looking never makes a database', async () => {
    const path = databasePath();
    const { client, changes } = await watchList(path);
    const other = await connectInMemory({ databasePath: path });
    const { body: first } = await other.call('store_memory', { content: 'one' });
    const { body: second } = await other.call('store_memory', { content: 'two' });
    await client.listResources();
    const link = { from_memory_id: first['memory_id'], to_memory_id: second['memory_id'] };
    const { isError } = await other.call('link_memories', { ...link, relationship_type: 'relates_to' });
    expect(isError).toBe(false);
    await later();
    expect(changes.count).toBe(0);
    await other.call('configure_integration', { service: 'github' });
    await expect.poll(() => changes.count).toBe(1);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`);
    await later();
    expect(existsSync(path)).toBe(false);
  });
});
