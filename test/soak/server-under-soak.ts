import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { RecordingTransport } from '../support/recording-transport.ts';
import type { Facts } from './facts.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** The server's own limit is 45 s; what takes longer hangs. */
const HANG_MS = 50_000;
const ERROR_CODES =
  /^(?:invalid_input|not_configured|not_allowed|unauthorized|not_found|conflict|rejected|rate_limited|unavailable|circuit_open|timeout|cancelled|outcome_unknown)$/;

export interface Answer {
  isError: boolean;
  body: Record<string, unknown>;
}

/** One server process with its client: killed, started again, and everything that it says checked. */
export class ServerUnderSoak {
  readonly name: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #facts: Facts;
  #transport: RecordingTransport | undefined;
  #client: Client | undefined;
  /** Calls that fail from now on are lost with the process. */
  #isDying = false;
  #wasKilled = false;

  constructor(name: string, folder: string, env: Readonly<Record<string, string>>, facts: Facts) {
    this.name = name;
    this.#folder = folder;
    this.#env = env;
    this.#facts = facts;
  }

  get pid(): number {
    return this.#transport?.child.pid ?? 0;
  }

  async start(): Promise<void> {
    const launcher = resolve(ROOT, 'bin/breakwater.mjs');
    const command = { command: process.execPath, args: [launcher], env: this.#env, cwd: this.#folder };
    this.#transport = new RecordingTransport(command);
    this.#client = new Client({ name: this.name, version: '1.0.0' });
    await this.#client.connect(this.#transport);
    // From now on the client checks every answer against the output schema of its tool.
    await this.#client.listTools();
    this.#isDying = false;
    this.#wasKilled = false;
  }

  async tools(): Promise<string[]> {
    return (await this.#client?.listTools())?.tools.map(({ name }) => name) ?? [];
  }

  async kill(): Promise<void> {
    this.#facts.kills += 1;
    await this.end();
  }

  /** To the preload that it was started with; nothing while it is down. */
  signal(): void {
    if (!this.#isDying) this.#transport?.child.kill('SIGUSR2');
  }

  /** Leaves no process behind; may be repeated. */
  async end(): Promise<void> {
    this.#isDying = true;
    // Whether it was there to be killed: one that has ended by itself has written its last line whole.
    if (this.#transport?.child.exitCode === null) this.#wasKilled = this.#transport.child.kill('SIGKILL');
    await this.#judgeOutput();
    this.#transport = undefined;
  }

  /** Closes the input as a client does that leaves: the server must end by itself, with 0. */
  async stop(): Promise<void> {
    this.#isDying = true;
    this.#transport?.child.stdin.end();
    const late = pause(10_000, 'late', { ref: false });
    const code = await Promise.race([this.#transport?.exited, late]);
    if (code !== 0) this.#facts.problem(`${this.name} did not end cleanly: ${code}`);
    await this.end();
  }

  async #judgeOutput(): Promise<void> {
    await this.#transport?.exited;
    for (const line of this.#transport?.pollution ?? []) {
      // A line that was being written when the process was killed is cut off, and the last one.
      if (this.#wasKilled && line === this.#transport?.lines.at(-1)) continue;
      this.#facts.problem(`${this.name} wrote to standard output: ${line.slice(0, 200)}`);
    }
    if (/uncaught exception|unhandled rejection/.test(this.#transport?.stderr ?? '')) {
      this.#facts.problem(`${this.name}: ${this.#transport?.stderr.match(/.*(?:uncaught|unhandled).*/)?.[0]}`);
    }
  }

  /** The answer; undefined when the process died before it came. */
  async call(tool: string, args: Record<string, unknown>): Promise<Answer | undefined> {
    const began = performance.now();
    const answer = await this.#call(tool, args);
    const tookMs = performance.now() - began;
    if (tookMs > HANG_MS) this.#facts.problem(`${tool} took ${Math.round(tookMs)} ms`);
    this.#facts.count(tool, answer === undefined ? 'lost' : answer.isError ? 'failed' : 'answered');
    return answer;
  }

  async #call(tool: string, args: Record<string, unknown>): Promise<Answer | undefined> {
    if (this.#isDying) return undefined;
    try {
      const result = await this.#client?.callTool({ name: tool, arguments: args });
      const [content] = (result?.content ?? []) as { text: string }[];
      const body = JSON.parse(content?.text ?? 'null') as Record<string, unknown>;
      const isError = result?.isError === true;
      if (isError) this.#checkError(tool, body);
      return { isError, body };
    } catch (thrown) {
      if (!this.#isDying) this.#facts.problem(`${tool}: ${String(thrown)}`);
      return undefined;
    }
  }

  #checkError(tool: string, body: Record<string, unknown>): void {
    const { code, message, outcome } = body;
    const isKnown = ERROR_CODES.test(String(code)) && typeof message === 'string' && typeof outcome === 'string';
    if (!isKnown) this.#facts.problem(`${tool} answered ${JSON.stringify(body)}\n${this.#lastLog()}`);
  }

  #lastLog(): string {
    return this.#transport?.stderr.slice(-1_500) ?? '';
  }
}
