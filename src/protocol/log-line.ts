/** The protocol's levels, least severe first. */
export const LOG_SEVERITY = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
export type LogSeverity = (typeof LOG_SEVERITY)[number];

const PINO_LEVELS: Readonly<Record<number, LogSeverity>> = { 20: 'debug', 30: 'info', 40: 'warning', 50: 'error' };

/** A line of our log in the protocol's form; undefined where it is none. */
export function parseLogLine(line: string): { level: LogSeverity; logger: string; data: object } | undefined {
  const { level: number, pid: _pid, ...data } = JSON.parse(line) as { level: number; pid: number };
  const level = PINO_LEVELS[number];
  return level && { level, logger: 'breakwater', data };
}
