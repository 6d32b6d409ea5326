import type { Logger } from '../types/index.js';

type Write = (line: string) => void;

/** JSON lines. Callers choose the fields; there is deliberately no way to log a request, its headers or its body whole. */
export function createLogger(write: Write = (line) => void process.stdout.write(line)): Logger {
  const log =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      write(`${JSON.stringify({ level, time: new Date().toISOString(), message, ...fields })}\n`);
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

/** The name of anything thrown. Its message may hold foreign text and is not logged. */
export function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
