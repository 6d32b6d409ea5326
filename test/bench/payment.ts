import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Stripe from 'stripe';
import { startProcess } from '../support/resilience-processes.ts';
import type { ServiceHandlers } from '../support/resilience-service.ts';
import { sized } from './counts.ts';
import { inFolder } from './folder.ts';
import type { Row } from './row.ts';
import { ratioRow } from './row.ts';
import { breakwater, paymentToolServer } from './servers.ts';
import { inRounds, median } from './statistics.ts';
import { StdioClient } from './stdio-client.ts';

const PAYMENTS = sized(300, 20);
const ROUNDS = sized(20, 1);
const LIMIT = 1.4;
/** Made up, of the shape that Stripe's keys have. */
const KEY = 'sk_test_51BreakwaterBenchKey000000000000000000001';
/** What a durable payment cannot do without: the note before the request and the answer after it. */
const FLUSHES = 2;

let count = 0;

/** Arguments that both servers' tools take. */
function nextPayment() {
  count += 1;
  // Each of another amount: the same again would be taken for a mistake.
  const reference = `order-${count}`;
  return { amount: 1_000 + count, currency: 'usd', reference, payment_method: 'pm_card_visa', confirm: true };
}

interface Cost {
  cpuUs: number;
  wallMs: number;
}

/** Microseconds of CPU, and the median of the milliseconds, of one payment after the other. */
async function pay(cpuUs: () => Promise<number>, call: () => Promise<unknown>): Promise<Cost> {
  const times: number[] = [];
  const before = await cpuUs();
  for (let index = 0; index < PAYMENTS; index += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return { cpuUs: ((await cpuUs()) - before) / PAYMENTS, wallMs: median(times) };
}

function payThrough(client: StdioClient): Promise<Cost> {
  const cpuUs = async () => (await client.usage()).cpuUs;
  return pay(cpuUs, () => client.call('create_payment_intent', nextPayment()));
}

function payDirectly(stripe: Stripe): Promise<Cost> {
  const cpuUs = async () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  return pay(cpuUs, () => {
    const { reference, ...params } = nextPayment();
    return stripe.paymentIntents.create(params, { idempotencyKey: reference });
  });
}

/** The median of the milliseconds that the flushes of one payment take on this disk. */
function flush(path: string): number {
  const file = openSync(path, 'w');
  const times = Array.from({ length: PAYMENTS }, () => {
    const startedAt = performance.now();
    for (let index = 0; index < FLUSHES; index += 1) {
      writeSync(file, Buffer.alloc(4_096));
      fsyncSync(file);
    }
    return performance.now() - startedAt;
  });
  closeSync(file);
  return median(times);
}

/** A payment of its own each time: tool call, ledger, pipeline, request, ledger, answer. */
export function measurePayment(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const service = startProcess<ServiceHandlers>('resilience-service.ts');
    const port = await service.run('listen', undefined);
    const url = `http://127.0.0.1:${port}`;
    const ours = await StdioClient.start(folder, breakwater, { STRIPE_SECRET_KEY: KEY });
    await ours.call('configure_integration', { service: 'stripe', base_url: url });
    const bare = await StdioClient.start(folder, paymentToolServer, { STRIPE_SECRET_KEY: KEY, BENCH_SERVICE: url });
    const stripe = new Stripe(KEY, { host: '127.0.0.1', port, protocol: 'http' });
    try {
      const wall: Record<'ours' | 'bare' | 'flush', number[]> = { ours: [], bare: [], flush: [] };
      const measured = async (measure: Promise<Cost>, times?: number[]) => {
        const { cpuUs, wallMs } = await measure;
        times?.push(wallMs);
        return cpuUs;
      };
      const cpu = await inRounds(
        {
          ours: () => measured(payThrough(ours), wall.ours),
          bare: () => measured(payThrough(bare), wall.bare),
          direct: async () => {
            wall.flush.push(flush(join(folder, 'flush')));
            return measured(payDirectly(stripe));
          },
        },
        ROUNDS,
      );
      // The first round warmed up.
      for (const times of Object.values(wall)) times.shift();
      const [what, waited] = [
        'payment through server, pipeline, ledger (durable), CPU',
        'payment through server, pipeline, ledger (durable), time to the answer',
      ];
      const peer = 'bare SDK tool: the same axios call and two FULL commits';
      return [
        ratioRow({ what, ours: cpu.ours, peer: cpu.bare }, 'µs', LIMIT, peer),
        ratioRow(
          { what, ours: cpu.ours, peer: cpu.direct },
          'µs',
          undefined,
          '`stripe-node` direct: no server, nothing kept',
        ),
        ratioRow({ what: waited, ours: wall.ours, peer: wall.bare }, 'ms', undefined, peer),
        ratioRow(
          { what: waited, ours: wall.ours, peer: wall.flush },
          'ms',
          undefined,
          'limit: two flushes of this disk',
        ),
      ];
    } finally {
      await Promise.all([ours.stop('SIGKILL'), bare.stop('SIGKILL'), service.kill()]);
    }
  });
}
