import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, temporaryFolder } from '../support/server-process.ts';

const SIMULATOR_TYPES = `
import type { FaultInput, RunningSimulator } from 'breakwater-mcp/simulator';
import { startStripe } from 'breakwater-mcp/simulator';
const fault: FaultInput = { kind: 'status', status: 500 };
// @ts-expect-error no such kind
const wrong: FaultInput = { kind: 'shoe' };
export async function simulate(): Promise<string> {
  const stripe: RunningSimulator = await startStripe({ port: 0 });
  stripe.script([fault, wrong]);
  const { eventId } = await stripe.trigger('customer.created', { name: 'Ada' });
  await stripe.stop();
  return eventId;
}
`;

const MOCK_TYPES = `
import { mockStripe, stripeFixtures } from 'breakwater-mcp/mocks';
import { setupServer } from 'msw/node';
// @ts-expect-error no such status
stripeFixtures.paymentIntent({ status: 'shoe' });
export const amount: number = stripeFixtures.paymentIntent({ amount: 5 }).amount;
export const server = setupServer(...mockStripe().handlers);
`;

const START = `(async () => {
  const stripe = await startStripe();
  const response = await fetch(stripe.url + '/v1/balance', { headers: { authorization: 'Bearer sk_test_x' } });
  await stripe.stop();
  console.log(response.status);
})();
`;

/** A project that has installed the package and msw. */
function project(): string {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@types'), { recursive: true });
  symlinkSync(ROOT, join(modules, 'breakwater-mcp'));
  for (const name of ['msw', '@types/node']) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

it('the exports type-check in projects of either module kind', () => {
  const folder = project();
  const compilerOptions = { module: 'nodenext', strict: true, noEmit: true, types: ['node'], lib: ['es2024', 'dom'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts', '*.cts'] }));
  writeFileSync(join(folder, 'module.mts'), SIMULATOR_TYPES + MOCK_TYPES);
  writeFileSync(join(folder, 'common.cts'), SIMULATOR_TYPES);
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8', cwd: folder });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

it('the exports run as ES modules, and the simulators as CommonJS', () => {
  const folder = project();
  const mock = "import { mockStripe, stripeFixtures } from 'breakwater-mcp/mocks';\n";
  const shown = 'console.log(mockStripe().handlers.length, stripeFixtures.paymentIntent({ amount: 5 }).amount);\n';
  writeFileSync(join(folder, 'mocks.mjs'), mock + shown);
  writeFileSync(join(folder, 'module.mjs'), `import { startStripe } from 'breakwater-mcp/simulator';\n${START}`);
  writeFileSync(join(folder, 'common.cjs'), `const { startStripe } = require('breakwater-mcp/simulator');\n${START}`);
  // Without require() of ES modules, which Jest does not know either.
  const run = (file: string) =>
    execFileSync(process.execPath, ['--no-experimental-require-module', join(folder, file)], {
      encoding: 'utf8',
      cwd: folder,
    });
  expect([run('mocks.mjs'), run('module.mjs'), run('common.cjs')]).toEqual(['1 5\n', '200\n', '200\n']);
});
