import { expect, onTestFinished } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { HttpRequest } from '../../../src/integrations/http-client.ts';
import { HttpClient } from '../../../src/integrations/http-client.ts';
import { AttemptError } from '../../../src/resilience/classify.ts';

/** A client of its own, closed after the test. */
export function createClient({
  log = silentLog,
  allowLoopback = true,
}: {
  log?: Log;
  allowLoopback?: boolean;
} = {}): HttpClient {
  const client = new HttpClient(log, allowLoopback);
  onTestFinished(() => client.close());
  return client;
}

export function post(url: URL, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'POST', url, headers: { accept: 'application/json' }, body: 'a=1', ...more };
}

export const never = () => new AbortController().signal;

/** What a request that must fail ends with. */
export async function failureOf(sent: Promise<unknown>): Promise<AttemptError> {
  const thrown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(AttemptError);
  return thrown as AttemptError;
}

export const send = (url: URL, signal = never()) => createClient().send(post(url), signal);
