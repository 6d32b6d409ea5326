import { Agent, request } from 'node:http';
import { resolve } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { simulatedServices } from '../../src/integrations/catalogue.ts';
import { Simulators } from '../../src/simulator/simulators.ts';
import { sized } from './counts.ts';
import type { Row } from './row.ts';
import { figureRow } from './row.ts';
import { median } from './statistics.ts';

const EXPORT = resolve(import.meta.dirname, '../../dist/exports/simulator.js');
const STARTS = sized(20, 3);
const REQUESTS = sized(10_000, 300);
const CONNECTIONS = 16;
const MAX_START_MS = 100;
const MIN_REQUESTS_PER_S = 2_000;

const AUTHORIZATION = { authorization: 'Bearer sk_test_bench', 'content-type': 'application/x-www-form-urlencoded' };

function send(url: string, agent: Agent, method: string, path: string, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...AUTHORIZATION, 'content-length': body.length };
    const req = request(url + path, { method, agent, headers }, (res) => {
      res.resume().once('end', () => resolve(res.statusCode ?? 0));
    });
    req.once('error', reject);
    req.end(body);
  });
}

/** From nothing to the first answer, in this process; the first start also loads the built package. */
export async function measureSimulatorStart(): Promise<Row[]> {
  const times: number[] = [];
  for (let count = 0; count < STARTS; count += 1) {
    const agent = new Agent();
    const begin = performance.now();
    const { startStripe } = (await import(EXPORT)) as typeof import('../../src/exports/simulator.ts');
    const simulator = await startStripe();
    await send(simulator.url, agent, 'GET', '/v1/balance');
    times.push(performance.now() - begin);
    agent.destroy();
    await simulator.stop();
  }
  const row = (what: string, ours: number) =>
    figureRow({ what, unit: 'ms', ours, limit: MAX_START_MS, against: 'start to first answer, in process' });
  return [
    row('simulator start → first answer, Stripe, the first', times[0] ?? Number.NaN),
    row('simulator start → first answer, Stripe, median', median(times)),
  ];
}

/** Requests in a second of CPU time, that of the client included: what other programs take of the machine does not count. */
export async function measureSimulatorRate(): Promise<Row[]> {
  const simulators = new Simulators(simulatedServices, systemClock);
  const { url } = await simulators.start('stripe');
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const rate = async (method: string, path: string, body?: string) => {
    const before = process.cpuUsage();
    let left = REQUESTS;
    const work = async () => {
      while (left > 0) {
        left -= 1;
        if ((await send(url, agent, method, path, body)) !== 200) throw new Error(`${path} was refused`);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
    const { user, system } = process.cpuUsage(before);
    return REQUESTS / ((user + system) / 1e6);
  };
  const row = (what: string, perSecond: number): Row => ({
    what,
    unit: 'per CPU s',
    ours: perSecond,
    bar: `≥ ${MIN_REQUESTS_PER_S} per CPU s`,
    met: perSecond >= MIN_REQUESTS_PER_S,
    against: `${CONNECTIONS} connections, client in the same process`,
  });
  const rows = [
    row(
      'simulator throughput: payment intents made',
      await rate('POST', '/v1/payment_intents', 'amount=500&currency=usd'),
    ),
    row(
      'simulator throughput: payments confirmed',
      await rate('POST', '/v1/payment_intents', 'amount=500&currency=usd&confirm=true&payment_method=pm_card_visa'),
    ),
    row(
      'simulator throughput: searches without a result',
      await rate('GET', '/v1/customers/search?query=email:%22a%22'),
    ),
  ];
  agent.destroy();
  await simulators.close();
  return rows;
}
