import type { Call } from '../syntax/expressions.ts';
import { calleeName, pathOf } from '../syntax/expressions.ts';

const LEVELS: ReadonlySet<string> = new Set([
  'log',
  'info',
  'warn',
  'error',
  'debug',
  'trace',
  'fatal',
  'dir',
  'verbose',
  'silly',
  'table',
]);
const LOGGER = /^(?:console|log|logger|.*logger|.*log)$/i;

/** `console.log`, `logger.info`, `this.logger.debug`, `req.log.error`. */
export function isLogCall(call: Call): boolean {
  const path = pathOf(call.callee);
  return path !== undefined && path.length > 1 && LEVELS.has(calleeName(call)) && LOGGER.test(path.at(-2) ?? '');
}
