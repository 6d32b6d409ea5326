import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServer, succeed, temporaryFolder } from '../support/server-process.ts';

/** A package that is CommonJS, loaded on use: only the bundle shows whether its names are there. */
it('the built server reads the workspaces of pnpm', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'apps/web'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"root"}');
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), 'packages:\n  - "apps/*"\n  - "!apps/old"\n');
  writeFileSync(join(folder, 'apps/web/package.json'), '{"name":"@acme/web"}');
  const server = await startServer(folder);
  expect(await succeed(server, 'detect_repository')).toMatchObject({
    workspaces: { tool: 'pnpm', globs: ['apps/*', '!apps/old'], packages: [{ name: '@acme/web', path: 'apps/web' }] },
  });
});

it('the built server reads an API description in YAML', async () => {
  const openapi = [
    'openapi: 3.0.0',
    'info: {title: Pets, version: "1"}',
    'servers: [{url: "http://127.0.0.1:9"}]',
    'paths:',
    '  /pets:',
    '    get: {operationId: listPets, responses: {"200": {description: ok}}}',
  ].join('\n');
  const server = await startServer(temporaryFolder());
  expect(await succeed(server, 'configure_integration', { service: 'custom', name: 'pets', openapi })).toMatchObject({
    integration: { openapi: '"Pets" 1, 1 operations' },
  });
});
