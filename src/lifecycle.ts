import type { Writable } from 'node:stream';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { codeOf, messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';

/** What a clean stop consists of. */
export interface Stoppable {
  /** Resolves when every message that has come was handed on. */
  input: { drained(): Promise<void> };
  output: Writable;
  log: Log;
  /** Resolves when no call is in flight; does not end any. */
  idle(): Promise<void>;
  /** Ends the calls in flight and resolves when each has been answered. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Claude Code sends SIGINT, after 100 ms SIGTERM and after 490 ms SIGKILL: everything must be over before that. */
const HARD_LIMIT_MS = 390;
const DRAIN_MS = 250;
/** A client that only closed its side still reads: calls in flight get this long to end by themselves. */
const EOF_PATIENCE_MS = 5_000;
const PARENT_CHECK_MS = 5_000;

/** Ends the process whenever its client is gone or says so, once, with every answer written and the database closed. */
export function stopWithClient(parts: Stoppable): (reason: string, code?: number) => void {
  let stopping = false;
  const stop = (reason: string, code = 0) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(code), HARD_LIMIT_MS).unref();
    void leave(parts, reason, code);
  };
  const { input, output, log, idle } = parts;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  const allAnswered = async () => {
    await input.drained();
    await settled();
    await idle();
  };
  const onEof = async () => {
    await Promise.race([allAnswered(), wait(EOF_PATIENCE_MS, undefined, { ref: false })]);
    stop('end of input');
  };
  process.stdin.on('end', onEof).on('close', onEof);
  const onOutputError = (thrown: unknown) => stop('output closed', codeOf(thrown) === 'EPIPE' ? 0 : 1);
  output.on('error', onOutputError);
  process.stdout.on('error', onOutputError);
  // A closed log must not end the server.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (thrown) => {
    log.error({ error: thrown.stack ?? messageOf(thrown) }, 'uncaught exception');
    stop('uncaught exception', 1);
  });
  process.on('unhandledRejection', (thrown) => log.error({ error: messageOf(thrown) }, 'unhandled rejection'));
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop('parent gone'), PARENT_CHECK_MS).unref();
  return stop;
}

async function leave({ output, log, drain, close }: Stoppable, reason: string, code: number): Promise<void> {
  log.debug({ reason }, 'stopping');
  try {
    await Promise.race([drain(), wait(DRAIN_MS)]);
    await settled();
    await new Promise((resolve) => output.write('', resolve));
    await close();
  } catch (thrown) {
    log.error({ cause: messageOf(thrown) }, 'not stopped cleanly');
  }
  process.exit(code);
}

/** Lets messages that have arrived reach their handlers, and answers that are ready reach the output. */
async function settled(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
