import { Agent, request } from 'node:http';

/** A provider on this machine: keeps connections open, and waits for the answer. */
export class Sender {
  readonly #agent: Agent;

  constructor(maxConnections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: maxConnections });
  }

  /** The status; rejects when there is no answer. */
  post(port: number, path: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        agent: this.#agent,
        headers: { 'content-length': body.length, ...headers },
      };
      const req = request(options, (res) => {
        res.resume();
        res.once('error', reject);
        res.once('end', () => resolve(res.statusCode ?? 0));
      });
      req.once('error', reject);
      req.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
