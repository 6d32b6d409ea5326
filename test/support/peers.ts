import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxiosInstance } from 'axios';
import { install } from './install-packages.ts';

/** Peers that are no development dependencies: installed at their first use, and declared only as far as they are used here. */
const VERSIONS = { opossum: '10.0.0', 'axios-retry': '4.5.0', svix: '2.5.0' } as const;

/** A breaker around one function. Its timers keep the process alive until `shutdown`. */
export interface OpossumBreaker<A extends unknown[]> {
  fire(...args: A): Promise<unknown>;
  shutdown(): void;
}

interface OpossumOptions {
  /** Milliseconds; `false` for none. */
  timeout: number | false;
  resetTimeout?: number;
  /** Calls in the window before which it stays closed. */
  volumeThreshold?: number;
}

interface Opossum {
  new <A extends unknown[]>(action: (...args: A) => Promise<unknown>, options: OpossumOptions): OpossumBreaker<A>;
}

interface AxiosRetryOptions {
  retries: number;
  retryDelay?: () => number;
}

interface SvixWebhook {
  verify(payload: Buffer, headers: Record<string, string>): unknown;
}

/** Installs what `loadOpossum` finds, so that processes that are started later need not wait for it. */
export function installOpossum(): string {
  return installed('opossum');
}

export function loadOpossum(): Opossum {
  return load('opossum');
}

export function loadAxiosRetry(): (client: AxiosInstance, options: AxiosRetryOptions) => void {
  const { default: axiosRetry } = load('axios-retry');
  return axiosRetry;
}

export function loadSvix(): { Webhook: new (secret: string) => SvixWebhook } {
  return load('svix');
}

function installed(name: keyof typeof VERSIONS): string {
  return install(`${name}@${VERSIONS[name]}`);
}

function load(name: keyof typeof VERSIONS) {
  return createRequire(join(installed(name), 'package.json'))(name);
}
