import { pino } from 'pino';
import type { Redactor } from './redact.ts';

type Write = (fields: object, message: string) => void;

/** Structured log lines; fields first, as plain JSON. */
export interface Log {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes JSON lines, each redacted as a whole: whatever a field holds, a secret does not pass. */
export function createLog(level: LogLevel, redactor: Redactor, write: (line: string) => void): Log {
  const options = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, { write: (line) => write(redactor.redact(line)) });
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
