import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FULL } from '../support/full-counts.ts';
import { succeed } from '../support/server-process.ts';
import { TOOL_NAMES } from '../support/tool-names.ts';
import type { Schema } from './arguments.ts';
import { argumentsOf, changesOf, spoiltCalls } from './arguments.ts';
import { filledServer, SECRETS } from './filled-server.ts';
import { expectValid } from './judge.ts';
import { inTime, searching, TEST_MS } from './limits.ts';

async function open(tool: string) {
  const { server, known, right } = await filledServer();
  const { tools } = await server.client.listTools();
  const schema = tools.find(({ name }) => name === tool)?.inputSchema as Schema;
  return { server, known, right: right[tool] ?? {}, schema };
}

describe('arguments of every kind', () => {
  it.each(TOOL_NAMES)(
    '%s: a valid result, in time, without a secret or a place of ours',
    async (name) => {
      const { server, known, right, schema } = await open(name);
      await succeed(server, name, right);
      for (const given of spoiltCalls(schema, right)) {
        expectValid(await inTime(server.call(name, given), given), SECRETS);
      }
      const any = argumentsOf(schema, known);
      let successes = 0;
      const property = fc.asyncProperty(fc.oneof(any, changesOf(right, any)), async (given) => {
        const result = await server.call(name, given);
        expectValid(result, SECRETS);
        if (!result.isError) successes += 1;
      });
      await fc.assert(property, searching(500, 20));
      expect(server.warnings.filter((line) => SECRETS.some((secret) => line.includes(secret)))).toEqual([]);
      if (FULL) expect(successes).toBeGreaterThan(0);
      await succeed(server, 'list_integrations');
    },
    TEST_MS,
  );
});
