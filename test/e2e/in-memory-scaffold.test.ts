import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { databasePath } from '../support/database.ts';
import { succeed } from '../support/server-process.ts';
import { connectInMemory } from './in-memory-server.ts';

const SCAFFOLD = { service: 'stripe', parts: ['service'] };

async function openRepository(files: Readonly<Record<string, string>>) {
  const path = databasePath();
  const root = dirname(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return { root, server: await connectInMemory({ databasePath: path }) };
}

it.each([
  ['npm', 'npm run build, npm run lint'],
  ['pnpm', 'pnpm build, pnpm lint'],
  ['yarn', 'yarn build, yarn lint'],
  // `bun build` is its bundler.
  ['bun', 'bun run build, bun run lint'],
])('the next steps are commands of %s', async (manager, commands) => {
  const { server } = await openRepository({ 'package.json': `{"name":"x","packageManager":"${manager}@1.0.0"}` });
  const { next_steps } = await succeed(server, 'scaffold_integration', { ...SCAFFOLD, dry_run: true });
  expect(next_steps).toContain(`In services/integrations/stripe: ${manager} install, then ${commands}`);
});

it('names a changed file that another choice no longer has', async () => {
  const { root, server } = await openRepository({ 'package.json': '{"name":"x"}' });
  await succeed(server, 'scaffold_integration', { ...SCAFFOLD, store: 'sqlite' });
  writeFileSync(join(root, 'services/integrations/stripe/src/store/sqlite.store.ts'), '// mine\n');
  const answer = await succeed(server, 'scaffold_integration', { ...SCAFFOLD, store: 'memory' });
  expect(answer).toMatchObject({ files: { kept: ['src/store/sqlite.store.ts'] } });
  expect(answer['next_steps']).toContain('No longer generated, delete or adapt: src/store/sqlite.store.ts');
});
