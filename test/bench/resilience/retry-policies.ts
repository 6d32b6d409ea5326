import { join } from 'node:path';
import axios, { AxiosError } from 'axios';
import { ConstantBackoff, handleAll, retry } from 'cockatiel';
import { AttemptError } from '../../../src/resilience/classify.ts';
import type { Pipeline } from '../../../src/resilience/pipeline.ts';
import { loadAxiosRetry } from '../../support/peers.ts';
import { openResilience } from '../../support/resilience-stack.ts';
import { inFolder } from '../folder.ts';

export const RETRIES = 3;

/** What a service that is down answers. */
export const DOWN = new AttemptError({ kind: 'response', status: 503, headers: {} });

export type Attempt = () => Promise<void>;

/** Something that repeats attempts which fail. */
export type RetryPolicy = (attempt: Attempt, signal: AbortSignal) => Promise<unknown>;

/** The peers by name, with as many retries as people set, after a constant pause. */
export function retryPeers(pauseMs: number): Readonly<Record<string, RetryPolicy>> {
  const cockatiel = retry(handleAll, { maxAttempts: RETRIES, backoff: new ConstantBackoff(pauseMs) });
  return {
    [`cockatiel retry, ${RETRIES} retries`]: (attempt, signal) => cockatiel.execute(attempt, signal),
    [`axios-retry, ${RETRIES} retries`]: axiosRetryAround(pauseMs),
  };
}

/** axios-retry sees nothing but axios: the attempt is the adapter of the request. */
function axiosRetryAround(pauseMs: number): RetryPolicy {
  const client = axios.create();
  loadAxiosRetry()(client, { retries: RETRIES, retryDelay: () => pauseMs });
  return (attempt, signal) =>
    client.get('http://127.0.0.1/', {
      signal,
      async adapter(config) {
        const response = { data: undefined, status: 200, statusText: '', headers: {}, config };
        await attempt().catch(() => {
          throw new AxiosError('down', AxiosError.ERR_BAD_RESPONSE, config, undefined, { ...response, status: 503 });
        });
        return response;
      },
    });
}

export function withPipeline<T>(work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const { pipeline, sqlite } = openResilience(join(folder, 'bench.db'));
    try {
      return await work(pipeline);
    } finally {
      await sqlite.close();
    }
  });
}
