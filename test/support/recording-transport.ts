import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

export interface ServerCommand {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
}

/** A stdio transport that keeps every line the server wrote to standard output and everything on standard error. */
export class RecordingTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly lines: string[] = [];
  stderr = '';
  /** Exit code, or the signal that ended the process. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly child: ChildProcessWithoutNullStreams;

  constructor({ command, args, env, cwd }: ServerCommand) {
    this.child = spawn(command, args, { env, cwd, stdio: 'pipe' });
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
    });
    // A server that was killed closes its input: writing to it is no fault of the test.
    this.child.stdin.on('error', () => {});
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  async start(): Promise<void> {
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#receive(line));
    this.child.once('close', () => this.onclose?.());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    this.child.stdin.end();
    await this.exited;
  }

  /** The lines that are not JSON-RPC; empty for a server that keeps its output clean. */
  get pollution(): string[] {
    return this.lines.filter((line) => !isJsonRpc(line));
  }

  #receive(line: string): void {
    this.lines.push(line);
    if (isJsonRpc(line)) this.onmessage?.(JSON.parse(line) as JSONRPCMessage);
  }
}

function isJsonRpc(line: string): boolean {
  try {
    return (JSON.parse(line) as { jsonrpc?: unknown }).jsonrpc === '2.0';
  } catch {
    return false;
  }
}
