import { createHash } from 'node:crypto';
import type { AcmeApi } from '../clients/acme.client.js';
import type { IntegrationStore } from '../store/store.js';
import { IntegrationError, OutcomeUnknownError } from '../types/index.js';

export class AcmeService {
  readonly #api: AcmeApi;
  readonly #store: IntegrationStore;

  constructor(api: AcmeApi, store: IntegrationStore) {
    this.#api = api;
    this.#store = store;
  }

  /**
   * Posts once per reference and resolves to the answer, the first one for a repeat. Throws `ReferenceConflictError` when the reference
   * belongs to another request, `OutcomeUnknownError` when an earlier attempt may have had its effect.
   * @param reference your own id of this request
   */
  async postOnce(reference: string, path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    const known = await this.#store.beginRequest(reference, digest(JSON.stringify([path, body])));
    if (known.state === 'done') return JSON.parse(known.result);
    if (known.state === 'pending') throw new OutcomeUnknownError();
    try {
      const answer = await this.#api.post(path, body, signal);
      await this.#store.finishRequest(reference, JSON.stringify(answer ?? null));
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof IntegrationError) || thrown.outcome !== 'not_executed')
        throw new OutcomeUnknownError(thrown);
      await this.#store.abandonRequest(reference);
      throw thrown;
    }
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
