/**
 * A service in a process of its own that answers everything with one small payment intent, so that only the caller's cost counts. One
 * that is created has an id of its own.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './resilience-processes.ts';

const ID = 'pi_3BreakwaterBench';
const INTENT = JSON.stringify({
  id: ID,
  object: 'payment_intent',
  amount: 2_000,
  amount_received: 2_000,
  capture_method: 'automatic',
  client_secret: 'pi_3BreakwaterBench_secret_bench',
  created: 1_790_000_000,
  currency: 'usd',
  customer: 'cus_Bench',
  description: 'One of many that are all the same',
  latest_charge: 'ch_3BreakwaterBench',
  livemode: false,
  metadata: { order: '6735', basket: 'b-1234567890' },
  next_action: null,
  payment_method: 'pm_Bench',
  payment_method_types: ['card', 'link'],
  status: 'succeeded',
});
const HEADERS = {
  'content-type': 'application/json',
  'request-id': 'req_bench',
};

async function listen(): Promise<number> {
  let created = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume();
    if (request.method === 'POST') created += 1;
    const body = request.method === 'POST' ? INTENT.replaceAll(ID, `${ID}${created}`) : INTENT;
    response.writeHead(200, { ...HEADERS, 'content-length': Buffer.byteLength(body) }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const handlers = { listen };
export type ServiceHandlers = typeof handlers;

serve(handlers);
