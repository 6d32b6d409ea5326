import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const LAUNCHER = resolve(import.meta.dirname, '../../bin/breakwater.mjs');

interface Answer {
  result?: { structuredContent?: Record<string, unknown>; content?: { text: string }[]; isError?: boolean };
}

/** The server and the least client there can be: what is measured is the server, not a client library. */
export class StdioClient {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  constructor(folder: string) {
    this.child = spawn(process.execPath, [LAUNCHER], { env: benchEnv(folder), stdio: ['pipe', 'pipe', 'ignore'] });
    // A killed server ends the pipe in the middle of a write.
    this.child.stdin?.on('error', () => {});
    const lines = createInterface({ input: this.child.stdout ?? process.stdin });
    lines.on('line', (line) => {
      const answer = JSON.parse(line) as Answer & { id?: number };
      this.#waiting.get(answer.id ?? 0)?.(answer);
      this.#waiting.delete(answer.id ?? 0);
    });
  }

  static async start(folder: string): Promise<StdioClient> {
    const client = new StdioClient(folder);
    const clientInfo = { name: 'bench', version: '1' };
    await client.#request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    client.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return client;
  }

  /** The structured answer and the number of characters of its text. */
  async call(name: string, args: object): Promise<{ answer: Record<string, unknown>; length: number }> {
    const { result } = await this.#request('tools/call', { name, arguments: args });
    if (result === undefined || result.isError) throw new Error(`${name} failed: ${result?.content?.[0]?.text}`);
    return { answer: result.structuredContent ?? {}, length: result.content?.[0]?.text.length ?? 0 };
  }

  /** Resolves when the process is gone. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    return new Promise((done) => {
      this.child.once('close', () => done());
      this.child.kill(signal);
    });
  }

  #request(method: string, params: object): Promise<Answer> {
    const id = this.#nextId++;
    const answer = new Promise<Answer>((done) => this.#waiting.set(id, done));
    this.#send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  #send(message: object): void {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}

export function benchEnv(folder: string): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  const database = join(folder, 'bench.db');
  return { PATH, HOME, BREAKWATER_DB: database, BREAKWATER_WORKSPACE: 'bench', BREAKWATER_LOG: 'silent' };
}
