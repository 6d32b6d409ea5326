import { expect, it } from 'vitest';
import { fail, startServer, succeed, temporaryFolder } from '../support/server-process.ts';

const note = (text: string) => ({ content: `${text} is a fact that nobody else stored`, category: 'durability' });

async function storedIn(folder: string): Promise<string[]> {
  const reader = await startServer(folder);
  const found = await succeed(reader, 'search_memories', {
    query: 'fact nobody stored',
    category: 'durability',
    limit: 100,
    output_mode: 'full',
  });
  return (found['results'] as { content: string }[]).map(({ content }) => content.split(' ', 1)[0] ?? '').sort();
}

it('keeps 20 of 20 parallel stores after kill -9 right after the last answer', async () => {
  const folder = temporaryFolder();
  const server = await startServer(folder);
  const names = Array.from({ length: 20 }, (_, index) => `parallel${String(index).padStart(2, '0')}`);
  const answers = await Promise.all(names.map((name) => succeed(server, 'store_memory', note(name))));
  server.transport.child.kill('SIGKILL');
  expect(new Set(answers.map((answer) => answer['memory_id'])).size).toBe(20);
  expect(await storedIn(folder)).toEqual(names);
});

it('keeps 100 of 100 from two processes, also after kill -9 of both', async () => {
  const folder = temporaryFolder();
  const servers = await Promise.all([startServer(folder), startServer(folder)]);
  const names = Array.from({ length: 100 }, (_, index) => `process${String(index).padStart(3, '0')}`);
  await Promise.all(
    servers.map(async (server, side) => {
      for (const name of names.filter((_, index) => index % 2 === side))
        await succeed(server, 'store_memory', note(name));
      server.transport.child.kill('SIGKILL');
    }),
  );
  expect(await storedIn(folder)).toEqual(names);
});

it('answers the three calls of the founding specification, across two processes', async () => {
  const folder = temporaryFolder();
  const [writer, reader] = await Promise.all([startServer(folder), startServer(folder)]);
  const integration = await succeed(writer, 'store_memory', {
    content: JSON.stringify({
      agent: 'integration-service-agent',
      action: 'integration_configured',
      service: 'stripe',
      features: ['payment_intents', 'webhooks'],
      status: 'complete',
      timestamp: Date.now(),
    }),
    context_type: 'information',
    category: 'backend',
    tags: ['integration', 'stripe', 'webhooks'],
  });
  const breaker = await succeed(writer, 'store_memory', {
    content: JSON.stringify({
      agent: 'integration-service-agent',
      action: 'circuit_breaker_configured',
      service: 'stripe',
      threshold: 5,
      timeout: 60000,
      timestamp: Date.now(),
    }),
    context_type: 'code_pattern',
    category: 'backend',
    tags: ['circuit-breaker', 'resilience'],
  });
  expect([integration, breaker]).toMatchObject([{ success: true }, { success: true }]);
  const found = await succeed(reader, 'search_memories', {
    query: 'external api integration webhooks',
    category: 'backend',
    limit: 5,
  });
  const results = found['results'] as { memory_id: string; agent: string; workspace: string }[];
  expect(results[0]).toMatchObject({ memory_id: integration['memory_id'], workspace: 'test-workspace' });
});

it('changes, links and deletes a memory that another process stored', async () => {
  const folder = temporaryFolder();
  const [writer, reader] = await Promise.all([startServer(folder), startServer(folder)]);
  const id = (await succeed(writer, 'store_memory', note('first wording')))['memory_id'];
  const other = (await succeed(writer, 'store_memory', note('another one')))['memory_id'];
  const missing = { memory_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' };

  const update = { memory_id: id, content: 'second wording' };
  expect(await succeed(reader, 'update_memory', update)).toMatchObject({ success: true, version: 2 });
  expect(await fail(reader, 'update_memory', { ...missing, content: 'x' })).toMatchObject({ code: 'not_found' });

  const link = { from_memory_id: other, to_memory_id: id, relationship_type: 'references' };
  expect(await succeed(reader, 'link_memories', link)).toMatchObject({ changed: true });
  expect(await fail(reader, 'link_memories', { ...link, to_memory_id: other })).toMatchObject({
    code: 'invalid_input',
  });

  expect(await succeed(writer, 'get_memory', { memory_id: id, include: ['versions', 'links'] })).toMatchObject({
    content: 'second wording',
    versions: [{ content: note('first wording').content }],
    links: [link],
  });
  expect(await fail(writer, 'get_memory', missing)).toMatchObject({ code: 'not_found' });

  expect(await succeed(writer, 'delete_memory', { memory_id: id })).toMatchObject({ success: true, count: 1 });
  expect(await fail(reader, 'delete_memory', { memory_id: id })).toMatchObject({ code: 'not_found' });
  expect(await storedIn(folder)).toEqual(['another']);
});
