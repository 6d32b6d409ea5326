import { Agent, request } from 'node:http';
import type { SignedDelivery } from '../webhooks/sign.ts';

const ANSWER_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 8;

/** Posts signed deliveries over connections that stay open. */
export class WebhookPost {
  #agent = newAgent();

  /** Ends every connection. */
  drop(): void {
    this.#agent.destroy();
    this.#agent = newAgent();
  }

  /** Resolves with the status; rejects when there is no answer. */
  send(
    url: string,
    signed: SignedDelivery,
    extra: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<number> {
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      ...extra,
      'content-length': signed.body.length,
      ...signed.headers,
    };
    const patience = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const options = { method: 'POST', agent: this.#agent, headers, signal: patience };
    return new Promise((resolve, reject) => {
      const req = request(url, options, (res) => {
        res.resume();
        res.once('error', reject);
        res.once('end', () => resolve(res.statusCode ?? 0));
      });
      req.once('error', reject);
      req.end(signed.body);
    });
  }
}

function newAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
}
