import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { ConstantBackoff, handleAll, retry } from 'cockatiel';
import { silentLog } from '../../../src/core/log.ts';
import { HttpClient } from '../../../src/integrations/http-client.ts';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import { loadAxiosRetry } from '../../support/peers.ts';
import { resilienceSettings } from '../../support/resilience-stack.ts';
import type { Row } from '../row.ts';
import { RETRIES, withPipeline } from './retry-policies.ts';

/** A service that does what a POST without an idempotency key says, and then breaks the connection. */
async function startService() {
  const service = { url: new URL('http://127.0.0.1/'), executions: 0, close: () => void server.close() };
  const server = createServer((request) => {
    request.resume().once('end', () => {
      service.executions += 1;
      request.socket.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service.url.port = String((server.address() as AddressInfo).port);
  return service;
}

export async function measureUnsafePost(): Promise<Row[]> {
  const service = await startService();
  const http = new HttpClient(silentLog, true);
  const headers = { 'content-type': 'application/json' };
  const post = ({ signal }: { signal: AbortSignal }) =>
    http.send({ method: 'POST', url: service.url, headers, body: '{}' }, signal);
  const executionsOf = async (call: () => Promise<unknown>) => {
    service.executions = 0;
    await call().catch(() => {});
    return service.executions;
  };
  const { signal } = new AbortController();
  const call = { key: 'k', repeat: 'unsafe', settings: resilienceSettings({}), signal } as const;
  const cockatiel = retry(handleAll, { maxAttempts: RETRIES, backoff: new ConstantBackoff(1) });
  const client = axios.create({ proxy: false });
  loadAxiosRetry()(client, { retries: RETRIES });
  try {
    const ours = await executionsOf(() => withPipeline((pipeline) => pipeline.run(call, newTrace(), post)));
    const peers = {
      'cockatiel retry': await executionsOf(() => cockatiel.execute(post, signal)),
      'axios-retry as it is': await executionsOf(() => client.post(service.url.href, '{}', { headers })),
    };
    return Object.entries(peers).map(([name, peer], index) => ({
      what: 'POST without key, executed then reset',
      unit: 'executions',
      ours,
      peer,
      bar: index === 0 ? '1' : '',
      met: index === 0 ? ours === 1 : undefined,
      against: `${name}, ${RETRIES} retries`,
    }));
  } finally {
    http.close();
    service.close();
  }
}
