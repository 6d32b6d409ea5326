import type { Resource } from '../core/resource.ts';
import type { Breakers } from '../resilience/breakers.ts';
import type { Metrics } from '../resilience/metrics.ts';

const round = (ms: number) => Math.round(ms * 100) / 100;

export const serviceMetricsResource: Resource<{ metrics: Metrics; breakers: Breakers }> = {
  name: 'service metrics',
  title: 'Calls to services',
  description:
    'Calls, attempts and latencies of this process by host and endpoint class, with the shared state of each breaker',
  uriTemplate: 'service://metrics',
  async list() {
    return [{ uri: 'service://metrics', name: 'service metrics', title: 'Calls to services' }];
  },
  async read(_variable, { metrics, breakers }) {
    const keys = metrics.snapshot().map(async ({ key, calls, attempts, latency }) => {
      const { state, local } = await breakers.status(key);
      return {
        breaker: key,
        state,
        calls,
        attempts,
        latency_ms: latency && {
          p50: round(latency.p50),
          p95: round(latency.p95),
          p99: round(latency.p99),
          max: round(latency.max),
        },
        running: local.running,
        queued: local.queued,
        retry_tokens: local.retryTokens,
      };
    });
    return { pid: process.pid, uptime_s: Math.round(process.uptime()), services: await Promise.all(keys) };
  },
};
