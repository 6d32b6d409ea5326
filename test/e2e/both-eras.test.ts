import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, onTestEnd, serverEnv, temporaryFolder } from '../support/server-process.ts';
import { TOOL_NAMES } from '../support/tool-names.ts';

const ERAS = [
  ['2025-11-25', 'legacy'],
  ['2026-07-28', { pin: '2026-07-28' }],
] as const;

async function connect(mode: (typeof ERAS)[number][1], folder: string, protocol = 'auto'): Promise<Client> {
  const client = new Client({ name: 'second-generation', version: '1' }, { versionNegotiation: { mode } });
  const env = serverEnv(folder, { BREAKWATER_PROTOCOL: protocol });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [LAUNCHER], env, stderr: 'ignore' }),
  );
  onTestEnd(() => client.close());
  return client;
}

describe.each(ERAS)('BREAKWATER_PROTOCOL=auto with a client of %s', (version, mode) => {
  it('speaks that version, and answers', async () => {
    const client = await connect(mode, temporaryFolder());
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect(client.getInstructions()).toContain('search_memories');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOL_NAMES);
    const stored = await client.callTool({ name: 'store_memory', arguments: { content: 'spoken in two tongues' } });
    expect(stored.structuredContent).toMatchObject({ success: true });
    const found = await client.callTool({ name: 'search_memories', arguments: { query: 'tongues' } });
    expect(found.structuredContent).toMatchObject({ count: 1, results: [{ agent: 'second-generation' }] });
  });
});

it('tells who listens in the stateless protocol of a change by another process', async () => {
  const folder = temporaryFolder();
  const listener = await connect({ pin: '2026-07-28' }, folder);
  const updates: string[] = [];
  listener.setNotificationHandler('notifications/resources/updated', ({ params }) => void updates.push(params.uri));
  let lists = 0;
  listener.setNotificationHandler('notifications/resources/list_changed', () => {
    lists += 1;
  });
  const subscription = await listener.listen({
    resourceSubscriptions: ['memory://recent'],
    resourcesListChanged: true,
  });
  await listener.listResources();
  const writer = await connect('legacy', folder, '2025');
  await writer.callTool({ name: 'store_memory', arguments: { content: 'news' } });
  await expect.poll(() => updates).toEqual(['memory://recent']);
  await expect.poll(() => lists).toBe(1);
  await subscription.close();
  await writer.callTool({ name: 'store_memory', arguments: { content: 'more news' } });
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(updates).toHaveLength(1);
});

it('serves only the older versions by default', async () => {
  await expect(connect({ pin: '2026-07-28' }, temporaryFolder(), '2025')).rejects.toThrow(/2026-07-28/);
});
