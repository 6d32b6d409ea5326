import * as z from 'zod';
import { messageOf } from '../core/errors.ts';

/** The protocol's levels, least severe first. */
export const LOG_SEVERITY = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
export type LogSeverity = (typeof LOG_SEVERITY)[number];

/** A line of our log in the protocol's form. */
export interface LogMessage {
  level: LogSeverity;
  logger: string;
  data: object;
}

const PINO_LEVELS: Readonly<Record<number, LogSeverity>> = { 20: 'debug', 30: 'info', 40: 'warning', 50: 'error' };
const pinoLine = z.looseObject({ level: z.number(), pid: z.unknown() });

/** Undefined where the line has no level of ours. */
export function parseLogLine(line: string): LogMessage | undefined {
  const { level: number, pid: _pid, ...data } = pinoLine.parse(JSON.parse(line));
  const level = PINO_LEVELS[number];
  return level && { level, logger: 'breakwater', data };
}

export function isAtLeast(level: LogSeverity, least: LogSeverity): boolean {
  return LOG_SEVERITY.indexOf(level) >= LOG_SEVERITY.indexOf(least);
}

const MAX_COMPLAINT = 200;

/** What an SDK complains of, without the message that it quotes after a colon, or all through: that is foreign text. */
export function complaintOf(thrown: unknown): string {
  if (thrown instanceof SyntaxError) return 'a line is not JSON';
  const [complaint = ''] = messageOf(thrown).split(/[:\n]/, 1);
  return /^\w/.test(complaint) ? complaint.slice(0, MAX_COMPLAINT) : 'a message is not JSON-RPC';
}
