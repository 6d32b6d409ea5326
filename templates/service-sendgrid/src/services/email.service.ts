import { createHash } from 'node:crypto';
import type { Email, SendGridApi } from '../clients/sendgrid.client.js';
import type { IntegrationStore } from '../store/store.js';
import type { StoredRecord } from '../types/index.js';
import { IntegrationError, OutcomeUnknownError } from '../types/index.js';

export class EmailService {
  readonly #sendgrid: SendGridApi;
  readonly #store: IntegrationStore;

  constructor(sendgrid: SendGridApi, store: IntegrationStore) {
    this.#sendgrid = sendgrid;
    this.#store = store;
  }

  /**
   * Sends once per reference and resolves to the message id. Throws `ReferenceConflictError` when the reference belongs to another
   * email, `OutcomeUnknownError` when an earlier attempt may have sent it: look at the events before you use another reference.
   * @param reference your own id of this email
   */
  async send(reference: string, email: Email, signal?: AbortSignal): Promise<string> {
    const known = await this.#store.beginRequest(reference, digest(JSON.stringify(email)));
    if (known.state === 'done') return known.result;
    if (known.state === 'pending') throw new OutcomeUnknownError();
    return this.#sendOnce(reference, email, signal);
  }

  /** How far an email came, as its events told it. */
  async findEmail(messageId: string): Promise<StoredRecord | undefined> {
    return this.#store.find('email', messageId);
  }

  async #sendOnce(reference: string, email: Email, signal?: AbortSignal): Promise<string> {
    try {
      const messageId = await this.#sendgrid.send(email, reference, signal);
      await this.#store.finishRequest(reference, messageId);
      return messageId;
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
