import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sleep } from '../../../src/core/clock.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import type { Ending, ResilienceHandlers } from '../../support/resilience-process.ts';
import type { RemoteProcess } from '../../support/resilience-processes.ts';
import { startProcess } from '../../support/resilience-processes.ts';
import { openResilience } from '../../support/resilience-stack.ts';

const LEASE_MS = 2_500;
const settingsOf = (breakMs: number) => ({
  retry: { max_attempts: 1 },
  breaker: { failure_threshold: 3, break_ms: breakMs, max_break_ms: breakMs },
});
/** Soon over. */
const SHORT = settingsOf(200);
/** Long enough for three processes to be refused, one after the other. */
const LONG = settingsOf(2_000);

interface Service {
  url: string;
  /** What it does with a request: a status to answer with, or `hold` for no answer at all. */
  answer: number | 'hold';
  answerAfterMs: number;
  hits: number;
  mostAtOnce: number;
}

async function startService(): Promise<Service> {
  const service: Service = { url: '', answer: 503, answerAfterMs: 0, hits: 0, mostAtOnce: 0 };
  let atOnce = 0;
  const server = createServer(async (_request, response) => {
    service.hits += 1;
    atOnce += 1;
    service.mostAtOnce = Math.max(service.mostAtOnce, atOnce);
    response.once('close', () => {
      atOnce -= 1;
    });
    if (service.answer === 'hold') return;
    await sleep(service.answerAfterMs);
    response.writeHead(service.answer, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return service;
}

type Process = RemoteProcess<ResilienceHandlers>;

const folder = mkdtempSync(join(tmpdir(), 'breakwater-shared-'));
const path = join(folder, 'test.db');
let processes: [Process, Process, Process];

async function startOne(): Promise<Process> {
  const started = startProcess<ResilienceHandlers>('resilience-process.ts', path);
  await started.run('ready', undefined);
  return started;
}

beforeAll(async () => {
  processes = await Promise.all([startOne(), startOne(), startOne()]);
});

afterAll(async () => {
  await Promise.all(processes.map((each) => each.kill()));
  rmSync(folder, { recursive: true, force: true });
});

function callOf({ url }: Service, settings = LONG): (each: Process) => Promise<Ending> {
  return (each) => each.run('call', { url, settings, probeLeaseMs: LEASE_MS });
}

/** The breaker of a service as anybody who opens the file sees it. */
async function breakerOf(service: Service) {
  const { sqlite, breakers } = openResilience(path);
  const row = await breakers.get(new URL(service.url).host);
  await sqlite.close();
  return row;
}

describe('processes that share a breaker', () => {
  it('are all refused once failures seen by different ones have opened it, and go on when one has recovered', async () => {
    const service = await startService();
    const call = callOf(service);
    for (const each of processes) expect(await call(each)).toMatchObject({ ending: 'failed' });
    expect(service.hits).toBe(3);

    for (const each of processes) expect(await call(each)).toMatchObject({ ending: 'circuit_open', state: 'open' });
    expect(service.hits).toBe(3);

    service.answer = 200;
    const [first, ...others] = processes;
    await expect.poll(() => call(first), { interval: 20 }).toEqual({ ending: 'ok' });
    for (const each of others) expect(await call(each)).toEqual({ ending: 'ok' });
    expect(await breakerOf(service)).toMatchObject({ state: 'closed', failures: 0, opens: 0 });
  });

  it('are refused at their very next call, though they have just succeeded', async () => {
    const service = await startService();
    const call = callOf(service);
    const [failing, ...others] = processes;
    service.answer = 200;
    for (const each of processes) expect(await call(each)).toEqual({ ending: 'ok' });
    service.answer = 503;
    for (let failure = 0; failure < 3; failure += 1) expect(await call(failing)).toMatchObject({ ending: 'failed' });
    const hits = service.hits;
    for (const each of others) expect(await call(each)).toMatchObject({ ending: 'circuit_open', state: 'open' });
    expect(service.hits).toBe(hits);
  });

  it('let one of them probe at a time', async () => {
    const service = await startService();
    const call = callOf(service, SHORT);
    for (const each of processes) await call(each);
    expect(await breakerOf(service)).toMatchObject({ state: 'open' });
    Object.assign(service, { mostAtOnce: 0, hits: 0, answerAfterMs: 30 });

    const until = Date.now() + 1_500;
    const loops = processes.map((each) =>
      each.run('loop', { url: service.url, settings: SHORT, callers: 4, pauseMs: 5, until, policy: 'ours' }),
    );
    const calls = (await Promise.all(loops)).reduce((sum, { calls }) => sum + calls, 0);
    expect(calls).toBeGreaterThan(20);
    expect(service.mostAtOnce).toBe(1);
    // A break of at least 160 ms and an answer after 30 ms: no more than eight probes fit.
    expect(service.hits).toBeGreaterThanOrEqual(2);
    expect(service.hits).toBeLessThanOrEqual(8);
  });

  it('take over from a prober that was killed, after exactly its lease', async () => {
    const [service, prober] = await Promise.all([startService(), startOne()]);
    const [heir] = processes;
    const call = callOf(service, SHORT);
    for (let failure = 0; failure < 3; failure += 1) await call(prober);
    await sleep(250);
    Object.assign(service, { hits: 0, answer: 'hold' });
    const probe = call(prober).catch((thrown: unknown) => thrown);
    await expect.poll(() => service.hits, { interval: 5 }).toBe(1);
    await prober.kill();
    expect(await probe).toBeInstanceOf(Error);

    service.answer = 200;
    const row = await breakerOf(service);
    expect(row).toMatchObject({ state: 'half_open', probes: [{ id: expect.stringContaining(' pid ') }] });
    const leaseEnd = row?.probes[0]?.until ?? 0;
    expect(await call(heir)).toMatchObject({ ending: 'circuit_open', state: 'half_open' });
    expect(service.hits).toBe(1);
    const endings: Ending[] = [];
    while (endings.at(-1)?.ending !== 'ok' && Date.now() < leaseEnd + 2 * AT_ONCE_MS) {
      endings.push(await call(heir));
      if (Date.now() < leaseEnd) expect(endings.at(-1)).toMatchObject({ state: 'half_open' });
      await sleep(2);
    }
    const recoveredAt = Date.now();
    expect(endings.length).toBeGreaterThan(10);
    expect(endings.at(-1)).toEqual({ ending: 'ok' });
    expect(recoveredAt).toBeGreaterThanOrEqual(leaseEnd);
    expect(recoveredAt).toBeLessThan(leaseEnd + AT_ONCE_MS);
    expect(await breakerOf(service)).toMatchObject({ state: 'closed', probes: [] });
  });
});

describe('processes that share a rate limit', () => {
  it('are granted together what one would be granted', async () => {
    const [from, lengthMs] = [Date.now() + 100, 1_000];
    const options = { key: 'taken', limit: { permits: 100, perMs: 1_000, burst: 10 }, from, until: from + lengthMs };
    const answers = await Promise.all(processes.map((each) => each.run('take', options)));
    const asked = answers.reduce((sum, answer) => sum + answer.asked, 0);
    const granted = answers.reduce((sum, answer) => sum + answer.granted, 0);
    expect(asked).toBeGreaterThan(100);
    // 10 at once, then one every 10 ms. Where nobody asks for longer than ten take, some are lost.
    const lastedMs = Math.max(...answers.map(({ endedAt }) => endedAt)) - from;
    expect(granted).toBeGreaterThanOrEqual(60);
    expect(granted).toBeLessThanOrEqual(10 + lastedMs / 10 + 1);
  });

  it('wait their turn: no two calls of different processes begin closer than the limit allows', async () => {
    const from = Date.now() + 100;
    const settings = { deadline_ms: 5_000, timeout_ms: 1_000, rate_limit: { permits: 50, per_ms: 1_000, burst: 5 } };
    const options = { key: 'awaited', settings, callers: 2, from, until: from + 800 };
    const beganAt = (await Promise.all(processes.map((each) => each.run('begin', options)))).flat();
    // 5 at once and 40 in 800 ms; then each of the six callers ends the wait that it had begun.
    const inTime = beganAt.filter((at) => at < from + 800).length;
    expect(inTime).toBeGreaterThanOrEqual(20);
    expect(inTime).toBeLessThanOrEqual(46);
    expect(beganAt.length).toBeLessThanOrEqual(45 + 6);
  });
});
