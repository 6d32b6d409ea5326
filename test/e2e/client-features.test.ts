import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
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

describe.skipIf(ERA !== undefined)('the list of resources', () => {
  it('is announced when it has changed, to who has read it', async () => {
    const { client, call } = await connectInMemory();
    let changes = 0;
    client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
      changes += 1;
    });
    await call('store_memory', { content: 'before anybody looked' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(changes).toBe(0);
    await client.listResources();
    await call('store_memory', { content: 'first' });
    await call('store_memory', { content: 'second' });
    await expect.poll(() => changes).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 700));
    // One for both, unless the machine took its time between them.
    const announced = changes;
    expect(announced).toBeLessThanOrEqual(2);
    await call('search_memories', { query: 'first' });
    await call('store_memory', { content: 'second' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(changes).toBe(announced);
  });
});
