import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerScript } from './servers.ts';
import { breakwater } from './servers.ts';

const PROBE = join(import.meta.dirname, 'probe.mjs');

interface Answer {
  result?: { structuredContent?: Record<string, unknown>; content?: { text: string }[]; isError?: boolean };
  error?: { message: string };
}

/** What a server used so far, and what it holds now, in bytes. */
export interface Usage {
  cpuUs: number;
  rss: number;
  heapUsed: number;
}

/** A server and the least client there can be: what is measured is the server, not a client library. */
export class StdioClient {
  readonly child: ChildProcess;
  /** CPU milliseconds from spawn to the first answer. */
  readonly startCpuMs: Promise<number>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  private constructor({ script, env }: ServerScript, folder: string, more: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, ['--expose-gc', '--import', PROBE, script], {
      env: { PATH, HOME, ...env?.(folder), ...more },
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
    this.startCpuMs = this.#readStartCpu(script);
    this.startCpuMs.catch(() => {});
    // A killed server ends the pipe in the middle of a write.
    this.child.stdin?.on('error', () => {});
    const lines = createInterface({ input: this.child.stdout ?? process.stdin });
    lines.on('line', (line) => {
      const answer = JSON.parse(line) as Answer & { id?: number };
      this.#waiting.get(answer.id ?? 0)?.(answer);
      this.#waiting.delete(answer.id ?? 0);
    });
  }

  /** Spawns a server and resolves when it has answered to `initialize`. */
  static async start(folder: string, server = breakwater, env: Record<string, string> = {}): Promise<StdioClient> {
    const client = new StdioClient(server, folder, env);
    const clientInfo = { name: 'bench', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    await Promise.race([client.#request('initialize', params), client.startCpuMs]);
    client.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return client;
  }

  async listTools(): Promise<void> {
    await this.#request('tools/list', {});
  }

  /** The structured answer and the number of characters of its text. */
  async call(name: string, args: object): Promise<{ answer: Record<string, unknown>; length: number }> {
    const { result, error } = await this.#request('tools/call', { name, arguments: args });
    if (result === undefined || result.isError) {
      throw new Error(`${name} failed: ${error?.message ?? result?.content?.[0]?.text}`);
    }
    return { answer: result.structuredContent ?? {}, length: result.content?.[0]?.text.length ?? 0 };
  }

  /** @param collect garbage first */
  async usage({ collect = false } = {}): Promise<Usage> {
    const reply = once(this.child, 'message');
    this.child.send(collect ? 'collect' : 'usage');
    const [usage] = (await reply) as [Usage];
    return usage;
  }

  /** Resolves when the process is gone. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    return new Promise((done) => {
      this.child.once('close', () => done());
      this.child.kill(signal);
    });
  }

  #readStartCpu(script: string): Promise<number> {
    return new Promise((done, fail) => {
      let text = '';
      this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
        // The rest of the log is read and forgotten.
        if (text.length < 10_000) text += chunk;
        const found = /cpu=(\d+)\n/.exec(text)?.[1];
        if (found !== undefined) done(Number(found) / 1000);
      });
      this.child.once('close', () => fail(new Error(`${script} ended before it answered: ${text}`)));
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
