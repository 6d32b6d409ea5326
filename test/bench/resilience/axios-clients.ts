import { Agent, get } from 'node:http';
import type { AxiosInstance } from 'axios';
import axios from 'axios';
import { ConsecutiveBreaker, circuitBreaker, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { loadAxiosRetry, loadOpossum } from '../../support/peers.ts';

const TIMEOUT_MS = 10_000;
const SOCKETS = 64;

type Call = () => Promise<unknown>;

/** The same GET with what is usually put around axios, over sockets that are kept, and with `node:http` alone. */
export function openAxiosClients(url: string, key: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const headers = { authorization: `Bearer ${key}` };
  const newClient = () => axios.create({ httpAgent: agent, headers, proxy: false, maxRedirects: 0 });
  const [plain, retrying] = [newClient(), newClient()];
  loadAxiosRetry()(retrying, { retries: 2 });
  const policy = wrap(
    retry(handleAll, { maxAttempts: 2 }),
    circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(TIMEOUT_MS, TimeoutStrategy.Cooperative),
  );
  const breaker = new (loadOpossum())((client: AxiosInstance) => client.get(url), { timeout: TIMEOUT_MS });
  const calls: Readonly<Record<string, Call>> & { bare: Call } = {
    'axios + cockatiel retry, breaker, timeout': () =>
      policy.execute(({ signal }) => plain.get(url, { signal }), new AbortController().signal),
    'axios + axios-retry, its timeout': () => retrying.get(url, { timeout: TIMEOUT_MS }),
    'axios + axios-retry + opossum breaker, timeout': () => breaker.fire(retrying),
    bare: () => bareGet(url, agent, headers),
  };
  return {
    calls,
    close() {
      breaker.shutdown();
      agent.destroy();
    },
  };
}

function bareGet(url: string, agent: Agent, headers: Record<string, string>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    request.once('error', reject);
  });
}
