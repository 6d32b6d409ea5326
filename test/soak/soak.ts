import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { act, actOnce, configure, pay } from './actions.ts';
import { auditDatabase, auditEffects, settle } from './audit.ts';
import { Facts } from './facts.ts';
import { compareReadings, readProcess } from './process-watch.ts';
import { Random } from './random.ts';
import type { Scene } from './scene.ts';
import { ServerUnderSoak } from './server-under-soak.ts';
import { KEYS, Services } from './services.ts';

export interface SoakOptions {
  seconds: number;
  killEverySeconds: number;
  seed: number;
  report?: (line: string) => void;
}

const SERVERS = 4;
/** Calls under way at once in each process, and the pause after each. */
const LANES = 2;
const PAUSE_MS = 120;
const DISTURB_EVERY_MS = 1_500;
/** Not a multiple of what others do. */
const JUMP_EVERY_MS = 3_700;
/** Sockets that are kept for reuse close meanwhile. */
const IDLE_MS = 1_500;

/**
 * Several servers on one database under load, faults and kills, then everything that was promised is checked. The seed decides what each
 * actor does; how their work interleaves is the machine's.
 */
export async function soak({ seconds, killEverySeconds, seed, report = () => {} }: SoakOptions): Promise<Facts> {
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
    await actOnce(first);
    const probe = join(folder, 'probe.json');
    await load(scenes, random.fork(), { seconds: seconds * 0.25, killEverySeconds });
    services.calm();
    await pause(IDLE_MS);
    const before = await readProcess(first.server.pid, probe);
    report(`after a quarter: ${JSON.stringify(before)}`);
    await load(scenes, random.fork(), { seconds: seconds * 0.75, killEverySeconds });
    services.calm();
    await breakAhead(scenes);
    await settle(scenes);
    await pause(IDLE_MS);
    const after = await readProcess(first.server.pid, probe);
    report(`at the end: ${JSON.stringify(after)}`);
    compareReadings(facts, before, after, seconds);
    await auditEffects(facts, services);
    await checkEveryToolAnswered(first.server, facts);
    await Promise.all(servers.map((server) => server.stop()));
    auditDatabase(facts, folder, join(folder, 'breakwater.db'));
    return facts;
  } finally {
    await services.stop();
    await Promise.all(servers.map((server) => server.end()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first server is measured and never killed; the clock of the second jumps. */
const PRELOADS = ['resources-probe.mjs', 'clock-probe.mjs'];
const JUMPING = 1;

/** Each in a repository of its own, with one database. */
function serverAt(index: number, folder: string, facts: Facts): ServerUnderSoak {
  const project = join(folder, `project-${index}`);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"shop"}');
  const preload = PRELOADS[index];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    BREAKWATER_DB: join(folder, 'breakwater.db'),
    BREAKWATER_WORKSPACE: 'soak',
    BREAKWATER_LOG: 'error',
    NODE_OPTIONS: preload === undefined ? '' : `--import=${pathToFileURL(resolve(import.meta.dirname, preload)).href}`,
    SOAK_PROBE: join(folder, 'probe.json'),
    ...KEYS,
  };
  return new ServerUnderSoak(`agent-${index}`, project, env, facts);
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
  const jumping = repeatUntil(until, JUMP_EVERY_MS, async () => scenes[JUMPING]?.server.signal());
  await Promise.all([...lanes, disturbing, killing, jumping]);
}

/**
 * Breakers open by a clock that is ahead, and then even the one who did it is behind: nobody may wait until the clocks have come so far.
 * See `settle`.
 */
async function breakAhead(scenes: readonly Scene[]): Promise<void> {
  const scene = scenes[JUMPING];
  if (scene === undefined) return;
  await scene.server.end();
  await scene.server.start();
  scene.server.signal();
  scene.services.simulators['stripe']?.script([{ kind: 'status', status: 500, times: 30 }]);
  for (let call = 0; call < 10; call += 1) await pay(scene);
  scene.services.calm();
  scene.server.signal();
}

async function repeatUntil(until: number, everyMs: number, work: () => Promise<void>): Promise<void> {
  for (;;) {
    const leftMs = until - performance.now();
    await pause(Math.max(0, Math.min(everyMs, leftMs)));
    if (performance.now() >= until) return;
    await work();
  }
}

async function checkEveryToolAnswered(server: ServerUnderSoak, facts: Facts): Promise<void> {
  for (const tool of await server.tools()) {
    if ((facts.calls.get(tool)?.answered ?? 0) === 0) facts.problem(`${tool} never gave an answer`);
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
