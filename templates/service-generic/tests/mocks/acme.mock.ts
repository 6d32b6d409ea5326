import type { AcmeApi } from '../../src/clients/acme.client.js';

/** Stands in for the provider: remembers what was posted, and fails on demand. */
export class AcmeMock implements AcmeApi {
  readonly posted: { path: string; body: unknown }[] = [];
  #failures: Error[] = [];

  failNext(...failures: Error[]): void {
    this.#failures = failures;
  }

  reset(): void {
    this.posted.length = 0;
    this.#failures = [];
  }

  async get(path: string): Promise<unknown> {
    return { path };
  }

  async post(path: string, body: unknown): Promise<unknown> {
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    this.posted.push({ path, body });
    return { id: this.posted.length };
  }
}
