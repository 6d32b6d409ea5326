import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it } from 'vitest';
import { tools as registry } from '../../src/tools/registry.ts';
import { LAUNCHER, onTestEnd, serverEnv, temporaryFolder } from '../support/server-process.ts';

it('works with a client that has its own protocol code', async () => {
  const folder = temporaryFolder();
  const transport = new StdioTransport({ command: process.execPath, args: [LAUNCHER], env: serverEnv(folder) });
  const client = await createMCPClient({ transport });
  onTestEnd(() => client.close());
  const { tools } = await client.listTools();
  expect(tools).toHaveLength(registry.length);
  const callable = await client.tools();
  const options = { toolCallId: '1', messages: [], context: {} };
  const stored = await callable['store_memory']?.execute?.(
    { content: 'stored by a stranger', tags: ['peer'] },
    options,
  );
  expect(stored).toMatchObject({ structuredContent: { success: true } });
  const refused = await callable['store_memory']?.execute?.({ contents: 'x' }, options);
  expect(refused).toMatchObject({ isError: true });
  const { resources } = await client.listResources();
  expect(resources.map(({ uri }) => uri)).toContain('memory://recent');
});

it("works with the official client's own transport", async () => {
  const folder = temporaryFolder();
  const client = new Client({ name: 'official', version: '1' });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [LAUNCHER], env: serverEnv(folder), stderr: 'ignore' }),
  );
  onTestEnd(() => client.close());
  expect((await client.listTools()).tools).toHaveLength(registry.length);
});
