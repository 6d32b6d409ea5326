/**
 * Standard output belongs to the protocol. Imported before anything else, this module keeps the real writer for the transport and
 * turns every other writer, ours or a dependency's, to standard error.
 */
import { Writable } from 'node:stream';

type Done = (error?: Error | null) => void;

const write = process.stdout.write.bind(process.stdout);

/** What is written in one turn leaves in one piece: the answers to calls that came together cost one system call, and wake the client once. */
class TurnOutput extends Writable {
  override write(chunk: string, done?: Done): boolean;
  override write(chunk: string, encoding: BufferEncoding, done?: Done): boolean;
  override write(chunk: string, ...rest: [(BufferEncoding | Done)?, Done?]): boolean {
    if (this.writableCorked === 0) {
      this.cork();
      process.nextTick(() => this.uncork());
    }
    return super.write(
      chunk,
      'utf8',
      rest.find((one) => typeof one === 'function'),
    );
  }

  override _write(chunk: string, encoding: BufferEncoding, done: Done): void {
    write(chunk, encoding, done);
  }

  override _writev(chunks: { chunk: string }[], done: Done): void {
    write(chunks.map(({ chunk }) => chunk).join(''), done);
  }
}

/** The only way to the client: takes text, as UTF-8. */
export const protocolOutput = new TurnOutput({ decodeStrings: false });
// Each answer that does not fit waits for the others to leave: any number of them is right.
protocolOutput.setMaxListeners(0);

process.stdout.write = process.stderr.write.bind(process.stderr);
