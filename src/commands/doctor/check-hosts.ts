import { codeOf } from '../../core/errors.ts';
import { baseUrlOf } from '../../integrations/integration.ts';
import type { Host } from '../host.ts';
import { readIntegrations } from './check-integrations.ts';
import type { Finding } from './finding.ts';

const PATIENCE_MS = 5_000;

/** Asks the host of each integration once, without a key and without a path: any answer will do. */
export async function checkHosts(host: Host): Promise<Finding[]> {
  const { reports } = await readIntegrations(host);
  const origins = reports.flatMap(({ integration, provider: { api } }) =>
    api === undefined ? [] : [baseUrlOf(integration, api).origin],
  );
  return Promise.all([...new Set(origins)].sort().map(checkOne));
}

async function checkOne(origin: string): Promise<Finding> {
  const startedAt = performance.now();
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { status } = await fetch(origin, { method: 'HEAD', redirect: 'manual', signal });
    const took = Math.round(performance.now() - startedAt);
    return { area: 'hosts', level: 'ok', what: `${origin} answers (HTTP ${status}, ${took} ms)` };
  } catch (thrown) {
    return { area: 'hosts', level: 'broken', what: `${origin}: ${reasonOf(thrown)}`, fix: fixOf(origin) };
  }
}

function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return `no answer within ${PATIENCE_MS / 1000} s`;
  return codeOf(cause) ?? codeOf(thrown) ?? 'cannot be reached';
}

function fixOf(origin: string): string {
  return `Try it outside: curl -I ${origin}. Then look at the network, DNS, a proxy or firewall, and base_url of the integration.`;
}
