/**
 * Standard output belongs to the protocol. Imported before anything else, this module keeps the real writer for the transport and
 * turns every other writer, ours or a dependency's, to standard error.
 */
import { Writable } from 'node:stream';

const write = process.stdout.write.bind(process.stdout);

/** Passes on in one piece what was written in one turn: the answers to calls that came together cost one system call. */
class ProtocolOutput extends Writable {
  constructor() {
    super({ decodeStrings: false });
  }

  override write(chunk: unknown, ...rest: never[]): boolean {
    if (this.writableCorked === 0) {
      this.cork();
      process.nextTick(() => this.uncork());
    }
    return super.write(chunk, ...rest);
  }

  override _write(chunk: string, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    write(chunk, encoding, done);
  }

  override _writev(chunks: { chunk: string }[], done: (error?: Error | null) => void): void {
    write(chunks.map(({ chunk }) => chunk).join(''), done);
  }
}

/** The only way to the client. */
export const protocolOutput = new ProtocolOutput();
// Each answer that waits for a slow client listens.
protocolOutput.setMaxListeners(0);

process.stdout.write = process.stderr.write.bind(process.stderr);
