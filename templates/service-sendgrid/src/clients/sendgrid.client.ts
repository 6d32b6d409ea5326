import type { Logger } from '../types/index.js';
import { isFields } from '../utils/body.util.js';
import type { HttpClientOptions } from './http.client.js';
import { HttpClient } from './http.client.js';

export interface Email {
  to: readonly string[];
  from: string;
  subject: string;
  text: string;
  html?: string | undefined;
}

/** What the services use of SendGrid; `tests/mocks/sendgrid.mock.ts` stands in for it. */
export interface SendGridApi {
  /** Resolves to the id under which the events of this email arrive. There is no idempotency key: a repeat sends it twice. */
  send(email: Email, reference: string, signal?: AbortSignal): Promise<string>;
}

export interface SendGridClientOptions extends Pick<HttpClientOptions, 'timeoutMs' | 'retryBaseMs'> {
  baseUrl: string;
  apiKey: string;
  logger: Logger;
}

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
export class SendGridClient implements SendGridApi {
  readonly #http: HttpClient;

  constructor({ apiKey, ...options }: SendGridClientOptions) {
    this.#http = new HttpClient({
      ...options,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      codeOf,
    });
  }

  async send({ to, from, subject, text, html }: Email, reference: string, signal?: AbortSignal): Promise<string> {
    // SendGrid wants the plain text first.
    const content = [{ type: 'text/plain', value: text }];
    if (html !== undefined) content.push({ type: 'text/html', value: html });
    const answer = await this.#http.request({
      method: 'POST',
      path: '/v3/mail/send',
      body: JSON.stringify({
        personalizations: [{ to: to.map((email) => ({ email })), custom_args: { reference } }],
        from: { email: from },
        subject,
        content,
      }),
      isRepeatable: false,
      signal,
    });
    const id = answer.headers['x-message-id'];
    return typeof id === 'string' ? id : '';
  }
}

/** The field that was refused; the message beside it may quote an address. */
function codeOf(body: unknown): string | undefined {
  const errors = isFields(body) ? body.errors : undefined;
  const [first]: unknown[] = Array.isArray(errors) ? errors : [];
  const field = isFields(first) ? first.field : undefined;
  return typeof field === 'string' ? field : undefined;
}
