import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createHost } from '../../../src/commands/host.ts';
import { onTestEnd, temporaryFolder } from '../../support/server-process.ts';
import { TOOL_NAMES } from '../../support/tool-names.ts';

it('gives people everything, whatever agents are offered', async () => {
  const folder = temporaryFolder();
  const env = {
    BREAKWATER_DB: join(folder, 'breakwater.db'),
    BREAKWATER_READ_ONLY: '1',
    BREAKWATER_TOOLSETS: 'memory',
  };
  const host = createHost({ env, cwd: folder, home: folder, write: async () => {}, report: () => {} });
  onTestEnd(() => host.close());
  const { tools, deps } = await host.app();
  expect((await tools.load()).map(({ name }) => name)).toEqual(TOOL_NAMES);
  expect(deps.offered.hasTool('webhook_listener')).toBe(true);
});
