import { existsSync, rmSync } from 'node:fs';
import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../support/database.ts';
import { connectInMemory, ERA } from './in-memory-server.ts';

const STATELESS = '2026-07-28';

async function workspaceOf(options: Parameters<typeof connectInMemory>[0]): Promise<unknown> {
  const server = await connectInMemory(options);
  await server.call('store_memory', { content: 'where am I' });
  const { body } = await server.call('search_memories', { query: 'where' });
  return (body['results'] as { workspace: string }[])[0]?.workspace;
}

// The stateless protocol has no requests from the server.
describe.skipIf(ERA === STATELESS)('roots', () => {
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
