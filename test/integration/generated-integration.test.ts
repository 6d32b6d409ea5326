import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ProjectFolder } from '../../src/core/project-folder.ts';
import { catalogue } from '../../src/integrations/catalogue.ts';
import { stripeWebhook } from '../../src/integrations/stripe/webhook.ts';
import { checkProject } from '../../src/repository/check/check-project.ts';
import { RepositoryDetector } from '../../src/repository/detect.ts';
import type { Store } from '../../src/repository/scaffold/blueprint.ts';
import { Scaffolder } from '../../src/repository/scaffold/scaffolder.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { connectInMemory } from '../e2e/in-memory-server.ts';

const run = promisify(execFile);
const MODULES = resolve(import.meta.dirname, '../../node_modules');
const SECRET = 'whsec_0123456789abcdef0123456789abcdef';
const GENERATED: readonly (readonly [service: string, store: Store])[] = [
  ['stripe', 'sqlite'],
  ['sendgrid', 'memory'],
  ['standard-webhooks', 'memory'],
];

const root = realpathSync(mkdtempSync(join(tmpdir(), 'breakwater-generated-')));
const folderOf = (service: string) => join(root, 'services/integrations', service);

/** A command of this repository's own packages, on its own Node. */
async function execute(folder: string, command: string, ...args: string[]): Promise<string> {
  const env = { PATH: `${join(MODULES, '.bin')}:${process.env['PATH']}`, HOME: root, NO_COLOR: '1', CI: '1' };
  const { stdout } = await run(command, args, { cwd: folder, env, maxBuffer: 1e8 }).catch((thrown: unknown) => {
    const { stdout: output = '', stderr = '' } = thrown as { stdout?: string; stderr?: string };
    throw new Error(`${command} failed\n${output}${stderr}`);
  });
  return stdout;
}

beforeAll(async () => {
  const tools = { typescript: '^7.0.2', vitest: '^5.1.1', '@biomejs/biome': '2.5.0' };
  const manifest = {
    name: '@shop/root',
    private: true,
    type: 'module',
    workspaces: ['services/**'],
    devDependencies: tools,
  };
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(root, 'biome.json'), '{}');
  symlinkSync(MODULES, join(root, 'node_modules'));
  const project = new ProjectFolder(root);
  const scaffolder = new Scaffolder(project, new RepositoryDetector(project, 'none'), catalogue);
  for (const [service, store] of GENERATED) {
    await scaffolder.scaffold({ service, store, isDryRun: false }, new AbortController().signal);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(GENERATED)('the generated integration of %s with the %s store', (service) => {
  it('type-checks, under strict', async () => {
    await execute(folderOf(service), 'tsc');
  });

  it('passes its own lint', async () => {
    expect(await execute(folderOf(service), 'biome', 'lint', '--error-on-warnings', '.')).toMatch(/Checked \d\d files/);
  });
});

it.each(['stripe', 'standard-webhooks'])('%s passes its own tests, offline', async (service) => {
  expect(await execute(folderOf(service), 'vitest', 'run')).toMatch(/Tests {2}\d\d passed/);
});

it('has nothing that check_integration finds, whatever the provider and the store', async () => {
  const project = new ProjectFolder(root);
  const scaffolder = new Scaffolder(project, new RepositoryDetector(project, 'none'), catalogue);
  for (const service of ['slack', 'discord', 'zoom']) {
    await scaffolder.scaffold({ service, store: 'prisma', isDryRun: false }, new AbortController().signal);
  }
  const { findings, skipped, filesChecked } = await checkProject(project, 'services', new AbortController().signal);
  expect(findings).toEqual([]);
  expect(skipped).toEqual([]);
  expect(filesChecked).toBeGreaterThan(100);
});

describe('the generated server', () => {
  beforeAll(async () => {
    await execute(folderOf('stripe'), 'tsc', '-p', 'tsconfig.build.json');
  });

  it('verifies, rejects what is stale, forged or re-serialised, is idempotent and safe in any order, and in time', async () => {
    const server = await startServer();
    const events = history();
    const started = performance.now();
    expect(await server.post(sign(events[0] ?? ''))).toBe(200);
    expect(performance.now() - started).toBeLessThan(5_000);

    const forged = sign(events[1] ?? '');
    expect(await server.post({ ...forged, body: Buffer.concat([forged.body, Buffer.from(' ')]) })).toBe(400);
    const spaced = sign(JSON.stringify(JSON.parse(events[1] ?? ''), null, 2));
    expect(await server.post({ ...spaced, body: Buffer.from(events[1] ?? '') })).toBe(400);
    expect(await server.post(sign(events[1] ?? '', Date.now() - 3_600_000))).toBe(400);
    expect(await server.post(sign(events[1] ?? '', Date.now() + 3_600_000))).toBe(400);

    const deliveries = shuffled(events.flatMap((body) => Array.from({ length: 50 }, () => sign(body))));
    const statuses = await Promise.all(deliveries.map((delivery) => server.post(delivery)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(server.stored()).toEqual({ events: events.length, payment: 'succeeded' });
    expect(server.log()).not.toContain(SECRET);
  });

  it.each([
    ['a payment', ['payment_intent.payment_failed', 'payment_intent.succeeded', 'charge.refunded']],
    [
      'a subscription',
      ['customer.subscription.created', 'customer.subscription.updated', 'customer.subscription.deleted'],
    ],
  ])('passes every point of replay_webhook with %s', async (_story, examples) => {
    const handler = await startServer();
    const state = createServer((_request, response) => response.end(JSON.stringify(handler.records())));
    onTestFinished(() => void state.close());
    await once(state.listen(0, '127.0.0.1'), 'listening');
    const address = state.address();
    const agent = await connectInMemory({ env: { STRIPE_WEBHOOK_SECRET: SECRET } });
    const answer = await agent.call('replay_webhook', {
      provider: 'stripe',
      examples,
      to: `${handler.url}/webhooks/stripe`,
      state_url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
      times: 10,
      order: 'shuffled',
      faults: ['all'],
    });
    const verdict = answer.body['verdict'] as { point: string; result: string; evidence: string }[];
    expect(verdict.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(verdict.map(({ point }) => point)).toEqual(expect.arrayContaining(['verifies', 'idempotent', 'order_safe']));
  });

  it('keeps what it answered 200 to when it is killed, and then knows it for a duplicate', async () => {
    const first = await startServer();
    expect(await first.post(sign(history()[3] ?? ''))).toBe(200);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await startServer(first.database);
    expect(await second.post(sign(history()[3] ?? ''))).toBe(200);
    expect(second.log()).toContain('"duplicate":true');
    expect(second.stored()).toEqual({ events: 1, payment: 'succeeded' });
  });

  it('stops when it is asked to', async () => {
    const { child, url } = await startServer();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

/** Four states of one payment; the last is final. */
function history(): string[] {
  return ['requires_payment_method', 'processing', 'requires_payment_method', 'succeeded'].map((status, index) =>
    JSON.stringify({
      id: `evt_${index}`,
      object: 'event',
      type: status === 'succeeded' ? 'payment_intent.succeeded' : 'payment_intent.processing',
      created: 1_700_000_000 + index,
      data: { object: { id: 'pi_1', status, amount: 1050, currency: 'usd' } },
    }),
  );
}

function sign(body: string, timestampMs = Date.now()) {
  return signWebhook(stripeWebhook, { body: Buffer.from(body), secret: SECRET, timestampMs });
}

/** Always the same disorder. */
function shuffled<T>(list: readonly T[]): T[] {
  const order = list.map((entry, index) => ({ entry, key: (index * 7919) % 1009 }));
  return order.sort((a, b) => a.key - b.key).map(({ entry }) => entry);
}

interface RunningServer {
  child: ChildProcess;
  url: string;
  database: string;
  log(): string;
  post(delivery: { headers: Record<string, string>; body: Buffer }): Promise<number>;
  stored(): { events: unknown; payment: unknown };
  /** All that events left behind. */
  records(): unknown[];
}

/** The built server as a process, on a free port. */
async function startServer(database = join(mkdtempSync(join(root, 'data-')), 'test.db')): Promise<RunningServer> {
  const env = { STRIPE_WEBHOOK_SECRET: SECRET, PORT: '0', DATABASE_URL: `file:${database}` };
  const child = spawn(process.execPath, ['dist/server.js'], {
    cwd: folderOf('stripe'),
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await expect.poll(() => log, { interval: 20 }).toContain('"listening"');
  const url = `http://127.0.0.1:${/"port":(\d+)/.exec(log)?.[1]}`;
  return {
    child,
    url,
    database,
    log: () => log,
    async post({ headers, body }) {
      const all = { ...headers, 'content-type': 'application/json' };
      const response = await fetch(`${url}/webhooks/stripe`, {
        method: 'POST',
        headers: all,
        body: new Uint8Array(body),
      });
      await response.arrayBuffer();
      return response.status;
    },
    records() {
      const reader = new Database(database, { readonly: true });
      const rows = reader.prepare('SELECT * FROM integration_record ORDER BY kind, id').all();
      reader.close();
      return rows;
    },
    stored() {
      const reader = new Database(database, { readonly: true });
      const events = reader.prepare('SELECT count(*) FROM integration_event').pluck().get();
      const payment = reader.prepare("SELECT status FROM integration_record WHERE id = 'pi_1'").pluck().get();
      reader.close();
      return { events, payment };
    },
  };
}
