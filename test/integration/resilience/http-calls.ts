// Loaded before any time is measured: the client loads it at its first request.
import 'axios';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import type { HttpResponse } from '../../../src/integrations/http-client.ts';
import { HttpClient } from '../../../src/integrations/http-client.ts';
import type { BreakerStore } from '../../../src/resilience/breaker-store.ts';
import type { Trace } from '../../../src/resilience/pipeline.ts';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import type { CallOptions } from '../../unit/resilience/calls.ts';
import { openPipeline } from '../../unit/resilience/calls.ts';

export interface Ended {
  value: HttpResponse | undefined;
  thrown: unknown;
  trace: Trace;
  /** Duration in milliseconds. */
  tookMs: number;
}

/** The pipeline with the real HTTP client as its attempt; every call POSTs the same body. */
export function openHttpPipeline(store?: BreakerStore) {
  const { call, ...rest } = openPipeline(store);
  const http = new HttpClient(silentLog, true);
  onTestFinished(() => http.close());
  return {
    ...rest,
    async post(url: URL, { trace = newTrace(), ...options }: CallOptions = {}): Promise<Ended> {
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'key-1' };
      const request = { method: 'POST' as const, url, headers, body: '{"amount":1}' };
      const started = performance.now();
      const [result] = await Promise.allSettled([
        call(({ signal }) => http.send(request, signal), { trace, ...options }),
      ]);
      const tookMs = performance.now() - started;
      if (result.status === 'fulfilled') return { value: result.value, thrown: undefined, trace, tookMs };
      return { value: undefined, thrown: result.reason, trace, tookMs };
    },
  };
}
