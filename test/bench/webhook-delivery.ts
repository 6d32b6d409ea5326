import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sleep } from '../../src/core/clock.ts';
import { stripeWebhook } from '../../src/integrations/stripe/webhook.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { Sender } from '../support/deliver.ts';
import type { Effort } from './areas.ts';
import { sized } from './counts.ts';
import { inFolder } from './folder.ts';
import type { Row } from './row.ts';
import { figureRow } from './row.ts';
import { median, percentile } from './statistics.ts';

const SECRET = 'whsec_0123456789abcdef';
const SCRIPT = join(import.meta.dirname, '../support/listener-process.ts');
const AS_LAUNCHED = join(import.meta.dirname, 'as-launched.mjs');
/** How long the steady load lasts, in seconds: short, and with `--long`. */
const SHORT_S = sized(6, 3);
const LONG_S = 300;
const CONNECTIONS = 16;
const RATE = 1_000;
const WARM_UP_MS = 1_000;
const SETTLE_MS = 1_100;
/** Short: what it leaves to be applied is no part of a sustained load. */
const SATURATED_MS = 3_000;
const MAX_GROWTH_MB = 16;
/** At the rate that is asked for, half of a core. */
const MAX_CPU_US = 500;

/** What the listener says of itself once a second. */
interface Reading {
  rssMb: number;
  cpuMs: number;
}

/** An event of 1.5 KB. */
const FIELDS = Object.fromEntries(Array.from({ length: 55 }, (_, index) => [`field_${index}`, `value ${index}`]));

let count = 0;

function nextDelivery() {
  count += 1;
  const object = { id: `pi_${count}`, object: 'payment_intent', ...FIELDS };
  const type = 'payment_intent.succeeded';
  const event = { id: `evt_${count}`, object: 'event', type, created: count, data: { object } };
  const body = Buffer.from(JSON.stringify(event));
  const { headers } = signWebhook(stripeWebhook, { body, secret: SECRET, timestampMs: Date.now() });
  return { body, headers: { 'content-type': 'application/json', ...headers } };
}

/** Sends one delivery; resolves with the time to the acknowledgement, in milliseconds. */
async function deliver(sender: Sender, port: number): Promise<number> {
  const { body, headers } = nextDelivery();
  const startedAt = performance.now();
  const status = await sender.post(port, '/stripe', body, headers);
  if (status !== 200) throw new Error(`answered with ${status}`);
  return performance.now() - startedAt;
}

/** As many as the listener takes. Returns deliveries a second. */
async function saturate(sender: Sender, port: number, forMs: number): Promise<number> {
  const startedAt = performance.now();
  let taken = 0;
  const sendOn = async () => {
    while (performance.now() - startedAt < forMs) {
      await deliver(sender, port);
      taken += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sendOn));
  return (taken * 1_000) / (performance.now() - startedAt);
}

/** At a steady rate, whatever the answers: a slow one does not spare the listener the next. */
async function sustain(sender: Sender, port: number, forMs: number): Promise<number[]> {
  const startedAt = performance.now();
  const all: Promise<number>[] = [];
  for (let elapsed = 0; elapsed < forMs; elapsed = performance.now() - startedAt) {
    while (all.length < (elapsed * RATE) / 1_000) all.push(deliver(sender, port));
    await sleep(1);
  }
  return Promise.all(all);
}

/** What the disk takes to make 8 KB durable: no acknowledgement can come sooner. */
function flushTimes(path: string): number[] {
  const file = openSync(path, 'w');
  const times = Array.from({ length: 200 }, () => {
    const startedAt = performance.now();
    writeSync(file, Buffer.alloc(8_192));
    fsyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  return times;
}

/**
 * Deliveries over HTTP to a listener in a process of its own: stored durably, then acknowledged, with effects behind. The sender signs
 * each and shares the machine.
 */
export function measureDelivery({ long }: Effort): Promise<Row[]> {
  const seconds = long ? LONG_S : SHORT_S;
  return inFolder(async (folder) => {
    const child = spawn(process.execPath, ['--import', AS_LAUNCHED, SCRIPT, join(folder, 'bench.db'), '0', 'start'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const reader = createInterface({ input: child.stdout });
    const readings: Reading[] = [];
    const [first] = (await once(reader, 'line')) as [string];
    reader.on('line', (line) => {
      const [bytes = 0, cpuMs = 0] = line.split(' ').map(Number);
      readings.push({ rssMb: bytes / 1024 / 1024, cpuMs });
    });
    const port = Number(first);
    const sender = new Sender(CONNECTIONS);
    try {
      await saturate(sender, port, WARM_UP_MS);
      const rate = await saturate(sender, port, SATURATED_MS);
      const flushes = flushTimes(join(folder, 'flush'));
      const from = readings.length;
      const times = await sustain(sender, port, seconds * 1_000);
      await sleep(SETTLE_MS);
      return rows(rate, times, flushes, readings.slice(from - 1));
    } finally {
      sender.close();
      child.kill('SIGKILL');
    }
  });
}

function rows(rate: number, times: readonly number[], flushes: readonly number[], readings: readonly Reading[]): Row[] {
  const rss = readings.map(({ rssMb }) => rssMb);
  const cpuMs = (readings.at(-1)?.cpuMs ?? 0) - (readings[0]?.cpuMs ?? 0);
  const third = Math.ceil(rss.length / 3);
  const growth = median(rss.slice(-third)) - median(rss.slice(0, third));
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  const flush = percentile(flushes, 0.99).toFixed(1);
  const steady = `${times.length} at ${RATE}/s; p50 ${p50.toFixed(1)} ms; a flush of this disk alone, p99: ${flush} ms`;
  return [
    {
      what: `sustained local delivery, stored and acknowledged, ${CONNECTIONS} connections`,
      unit: '/s',
      ours: rate,
      bar: `≥ ${RATE} /s`,
      met: rate >= RATE,
      against: '1.5 KB, signed, each an event of its own',
    },
    figureRow({
      what: 'sustained local delivery: acknowledgement p99',
      unit: 'ms',
      ours: p99,
      limit: 10,
      against: steady,
    }),
    figureRow({
      what: 'CPU of the listener for a delivery',
      unit: 'µs',
      ours: (cpuMs * 1_000) / times.length,
      limit: MAX_CPU_US,
      against: 'effects behind it included',
    }),
    figureRow({
      what: 'sustained local delivery: memory, last third against first',
      unit: 'MB',
      ours: growth,
      limit: MAX_GROWTH_MB,
      against: `RSS ${Math.min(...rss).toFixed(0)} to ${Math.max(...rss).toFixed(0)} MB in ${rss.length} s`,
    }),
  ];
}
