/**
 * Standard output belongs to the protocol. Imported before anything else, this module keeps the real writer for the transport and
 * turns every other writer, ours or a dependency's, to standard error.
 */
import { Writable } from 'node:stream';

const write = process.stdout.write.bind(process.stdout);

/** The only way to the client. */
export const protocolOutput = new Writable({
  decodeStrings: false,
  write(chunk: string, encoding, done) {
    write(chunk, encoding, done);
  },
  // What is written while the first one leaves, the answers to calls that came together, follows in one piece.
  writev(chunks: { chunk: string }[], done) {
    write(chunks.map(({ chunk }) => chunk).join(''), done);
  },
});

process.stdout.write = process.stderr.write.bind(process.stderr);
