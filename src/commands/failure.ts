import { CommanderError } from 'commander';
import { AppError, codeOf, messageOf } from '../core/errors.ts';
import type { Redactor } from '../core/redact.ts';

/** What went wrong, for a person or with `--json` for a program. */
export interface Failure {
  code: string;
  message: string;
  /** What to do next. */
  hint: string | undefined;
}

/** What the system says of a file that was named, and what to do about it. */
const FILE_FAILURES = new Map<string | undefined, readonly [message: string, hint: string]>([
  ['ENOENT', ['There is no such file or folder', 'Correct the path; its folder must exist.']],
  ['ENOTDIR', ['A part of the path is a file', 'Correct the path.']],
  ['EISDIR', ['That is a folder', 'Name a file in it.']],
  ['EACCES', ['That may not be read or written', 'Change its permissions, or name another place.']],
  ['EPERM', ['That may not be read or written', 'Change its permissions, or name another place.']],
  ['EROFS', ['That is on a disk that cannot be written', 'Name another place.']],
  ['ENOSPC', ['The disk is full', 'Make room, or name a place on another disk.']],
]);

/** Nothing in it is a secret, were one given as an argument. */
export function describeFailure(thrown: unknown, redactor: Redactor): Failure {
  const { code, message, hint } = classify(thrown);
  return { code, message: redactor.redact(message), hint };
}

export function formatFailure({ code, message, hint }: Failure, json: boolean): string {
  if (json) return `${JSON.stringify({ code, message, hint })}\n`;
  return `breakwater: ${message}\n${hint === undefined ? '' : `  Fix: ${hint}\n`}`;
}

function classify(thrown: unknown): Failure {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof CommanderError) return ofUsage(thrown);
  const [message, hint] = FILE_FAILURES.get(codeOf(thrown)) ?? [];
  if (message === undefined)
    return { code: 'internal', message: messageOf(thrown), hint: 'Look again with BREAKWATER_LOG=debug.' };
  return { code: 'invalid_input', message: `${message}${pathOf(thrown)}.`, hint };
}

function ofUsage({ message }: CommanderError): Failure {
  const hint = 'Add --help in place of --json for the arguments.';
  return { code: 'invalid_input', message: message.replace(/^error: /, ''), hint };
}

/** Failures of a file that is open already, such as a full disk, do not say which. */
function pathOf(thrown: unknown): string {
  return thrown instanceof Error && 'path' in thrown && typeof thrown.path === 'string' ? `: ${thrown.path}` : '';
}
