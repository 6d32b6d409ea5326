import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../core/log.ts';

/** Largest message that is read, in bytes: with base64, an attachment of 30 MB and a webhook's body of 25 MB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Messages handed on between two turns of the event loop: signals, sockets and answers come in between. */
const MESSAGES_PER_TURN = 16;
/** How far into a message that is not kept its id is looked for, from both ends. */
const ID_REACH = 512;
const NEWLINE = 0x0a;
const INVALID_REQUEST = -32_600;

/**
 * The protocol over two streams, a message a line, for the SDK of either generation. Their own transports gather a message by copying all of
 * it at each piece that arrives, take in any number of messages without letting anything else happen, end the connection at a message over
 * their limit, and check the shape of each message, as the SDK's core then does again. This one waits while the output is full: answers that
 * nobody reads must not pile up. The end of the input is not its end: calls in flight are still answered.
 */
export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #log: Log;
  readonly #maxBytes: number;
  readonly #lines: Buffer[] = [];
  #pieces: Buffer[] = [];
  #size = 0;
  #isWaiting = false;
  #isClosed = false;
  #whenDrained: (() => void)[] = [];

  /** A line over the limit is refused at the output, and dropped up to its end. */
  constructor(input: Readable, output: Writable, log: Log, maxBytes = MAX_MESSAGE_BYTES) {
    this.#input = input;
    this.#output = output;
    this.#log = log;
    this.#maxBytes = maxBytes;
  }

  async start(): Promise<void> {
    this.#input.on('data', this.#take);
    this.#input.on('error', this.#complain);
  }

  /** Resolves when the output has room again. */
  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      if (this.#output.write(`${JSON.stringify(message)}\n`)) resolve();
      else this.#output.once('drain', resolve);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#lines.length = 0;
    this.#input.off('data', this.#take).off('error', this.#complain).pause();
    this.#handOn();
    this.onclose?.();
  }

  /** Resolves when every message that has come was handed on. */
  async drained(): Promise<void> {
    if (this.#lines.length > 0) await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  readonly #take = (chunk: Buffer): void => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end + 1));
      this.#endLine();
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    if (!this.#isWaiting) this.#handOn();
  };

  readonly #complain = (error: Error): void => this.onerror?.(error);

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    // Of a line that is too long only its ends are of use.
    if (this.#size > this.#maxBytes && this.#pieces.length > 2) this.#pieces.splice(1, this.#pieces.length - 2);
    this.#pieces.push(piece);
  }

  #endLine(): void {
    const [first = Buffer.alloc(0)] = this.#pieces;
    const line = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    const bytes = this.#size;
    this.#pieces = [];
    this.#size = 0;
    if (bytes > this.#maxBytes) this.#refuse(bytes, idOf(line));
    else this.#lines.push(line);
  }

  #refuse(bytes: number, id: string | number | null): void {
    this.#log.warn({ bytes }, 'a message over the limit was dropped');
    const message = `The message has ${bytes} bytes; at most ${this.#maxBytes} are read. Nothing was executed.`;
    const refusal = { jsonrpc: '2.0', id, error: { code: INVALID_REQUEST, message } };
    this.#output.write(`${JSON.stringify(refusal)}\n`);
  }

  #handOn(): void {
    for (let count = 0; ; count += 1) {
      const [line] = this.#lines;
      if (line === undefined) break;
      if (this.#output.writableNeedDrain || count === MESSAGES_PER_TURN) {
        this.#wait();
        return;
      }
      this.#lines.shift();
      this.#read(line);
    }
    for (const resolve of this.#whenDrained.splice(0)) resolve();
  }

  #read(line: Buffer): void {
    try {
      const message: unknown = JSON.parse(line.toString());
      if (!isMessage(message)) throw new Error('a message is not JSON-RPC');
      this.onmessage?.(message);
    } catch (thrown) {
      this.onerror?.(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  #wait(): void {
    this.#isWaiting = true;
    this.#input.pause();
    const goOn = () => {
      this.#isWaiting = false;
      this.#handOn();
      if (!this.#isWaiting && !this.#isClosed) this.#input.resume();
    };
    if (this.#output.writableNeedDrain) this.#output.once('drain', goOn);
    else setImmediate(goOn);
  }
}

/** A request, a notification or an answer: its fields are for the core of an SDK to check, of which one drops anything else without a word. */
function isMessage(value: unknown): value is JSONRPCMessage {
  if (typeof value !== 'object' || value === null || !('jsonrpc' in value) || value.jsonrpc !== '2.0') return false;
  return 'method' in value ? typeof value.method === 'string' : 'result' in value || 'error' in value;
}

/** The id of a request that is not read whole, null when it is not found: clients write it at the beginning or at the end. */
function idOf(line: Buffer): string | number | null {
  const head = line.subarray(0, ID_REACH).toString('latin1');
  const tail = line.subarray(-ID_REACH).toString('latin1');
  const found =
    /^\s*\{(?:"jsonrpc":"2\.0",)?"id":("[\w-]{1,64}"|\d{1,15}),/.exec(head) ??
    /,"id":("[\w-]{1,64}"|\d{1,15})(?:,"jsonrpc":"2\.0")?\}\s*$/.exec(tail);
  return found?.[1] === undefined ? null : (JSON.parse(found[1]) as string | number);
}
