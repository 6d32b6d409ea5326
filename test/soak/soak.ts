import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Scene } from './actions.ts';
import { act, configure } from './actions.ts';
import { auditDatabase, auditEffects, settle } from './audit.ts';
import { Facts } from './facts.ts';
import type { Reading } from './process-watch.ts';
import { compareReadings, readProcess } from './process-watch.ts';
import { Random } from './random.ts';
import { ServerUnderSoak } from './server-under-soak.ts';
import { KEYS, Services } from './services.ts';

export interface SoakOptions {
  seconds: number;
  killEverySeconds: number;
  seed: number;
  report?: (line: string) => void;
}

export interface SoakReport {
  facts: Facts;
  before: Reading;
  after: Reading;
}

const SERVERS = 4;
/** Calls under way at once in each process, and the pause after each. */
const LANES = 2;
const PAUSE_MS = 120;
const DISTURB_EVERY_MS = 1_500;
/** Sockets that are kept for reuse close meanwhile. */
const IDLE_MS = 1_500;

/**
 * Several servers on one database under load, faults and kills, then everything that was promised is checked. The seed decides what each
 * actor does; how their work interleaves is the machine's.
 */
export async function soak({ seconds, killEverySeconds, seed, report = () => {} }: SoakOptions): Promise<SoakReport> {
  const random = new Random(seed);
  const facts = new Facts();
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-soak-'));
  const port = await freePort();
  const webhookUrl = `http://127.0.0.1:${port}/stripe`;
  const services = await Services.start(webhookUrl);
  const servers = Array.from({ length: SERVERS }, (_, index) => serverAt(index, folder, facts));
  try {
    await Promise.all(servers.map((server) => server.start()));
    let names = 0;
    const unique = (kind: string) => {
      names += 1;
      return `${kind}-${seed}-${names}`;
    };
    const scenes = servers.map((server) => ({ server, random: random.fork(), facts, services, webhookUrl, unique }));
    const [first] = scenes;
    if (first === undefined) throw new Error('There are no servers.');
    for (const service of Object.keys(services.simulators)) await configure(first, service);
    for (const { server } of scenes) await server.call('webhook_listener', { action: 'start', port });
    const probe = join(folder, 'probe-0.json');
    await load(scenes, random.fork(), { seconds: seconds * 0.25, killEverySeconds });
    services.calm();
    await pause(IDLE_MS);
    const before = await readProcess(first.server.pid, probe);
    report(`after a quarter: ${JSON.stringify(before)}`);
    await load(scenes, random.fork(), { seconds: seconds * 0.75, killEverySeconds });
    services.calm();
    await settle(scenes);
    await pause(IDLE_MS);
    const after = await readProcess(first.server.pid, probe);
    report(`at the end: ${JSON.stringify(after)}`);
    compareReadings(facts, before, after);
    await auditEffects(facts, services);
    await checkEveryToolAnswered(first.server, facts);
    await Promise.all(servers.map((server) => server.stop()));
    auditDatabase(facts, folder, join(folder, 'breakwater.db'));
    return { facts, before, after };
  } finally {
    await services.stop();
    await Promise.all(servers.map((server) => server.end()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function serverAt(index: number, folder: string, facts: Facts): ServerUnderSoak {
  const probe = pathToFileURL(resolve(import.meta.dirname, 'resources-probe.mjs'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    BREAKWATER_DB: join(folder, 'breakwater.db'),
    BREAKWATER_WORKSPACE: 'soak',
    BREAKWATER_LOG: 'error',
    NODE_OPTIONS: `--import=${probe.href}`,
    SOAK_PROBE: join(folder, `probe-${index}.json`),
    ...KEYS,
  };
  return new ServerUnderSoak(`agent-${index}`, folder, env, facts);
}

/** Calls from every process, changing faults, and a kill at every interval; the first process is spared, to see whether it grows. */
async function load(
  scenes: readonly Scene[],
  random: Random,
  { seconds, killEverySeconds }: { seconds: number; killEverySeconds: number },
): Promise<void> {
  const until = performance.now() + seconds * 1_000;
  const isOver = () => performance.now() >= until;
  const lanes = scenes.flatMap((scene) =>
    Array.from({ length: LANES }, async () => {
      const own = { ...scene, random: scene.random.fork() };
      while (!isOver()) {
        await act(own);
        await pause(PAUSE_MS * 2 * own.random.next());
      }
    }),
  );
  const disturbing = repeatUntil(until, DISTURB_EVERY_MS, async () => {
    scenes[0]?.services.readMails();
    scenes[0]?.services.disturb(random);
  });
  const killing = repeatUntil(until, killEverySeconds * 1_000, async () => {
    const victim = random.pick(scenes.slice(1))?.server;
    await victim?.kill();
    await victim?.start();
  });
  await Promise.all([...lanes, disturbing, killing]);
}

async function repeatUntil(until: number, everyMs: number, work: () => Promise<void>): Promise<void> {
  for (;;) {
    const leftMs = until - performance.now();
    await pause(Math.max(0, Math.min(everyMs, leftMs)));
    if (performance.now() >= until) return;
    await work();
  }
}

/** Tools that only some repositories or clients can use are not called by the soak. */
const NOT_CALLED = new Set(['detect_repository', 'scaffold_integration']);

async function checkEveryToolAnswered(server: ServerUnderSoak, facts: Facts): Promise<void> {
  for (const tool of await server.tools()) {
    if (NOT_CALLED.has(tool) || (facts.calls.get(tool)?.answered ?? 0) > 0) continue;
    facts.problem(`${tool} never gave an answer`);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolvePort(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
