import { expect } from 'vitest';
import type { ToolResult } from '../support/server-process.ts';
import { ROOT } from '../support/server-process.ts';

const CODES =
  /^(?:invalid_input|not_configured|not_allowed|unauthorized|not_found|conflict|rejected|rate_limited|unavailable|circuit_open|timeout|cancelled|outcome_unknown|internal)$/;

/** A file of a machine, not the path of an address: no API has one below these. */
const ABSOLUTE_PATH =
  /(?<![\w.~%)/:-])(?:file:\/\/)?(?:\/(?:bin|boot|dev|etc|home|lib\w*|media|mnt|opt|private|proc|root|run|sbin|srv|sys|tmp|Users|usr|var|work)\/|[A-Za-z]:\\)[^\s"'`\\]*/g;

/**
 * What may be told: a file that hostile values name, the empty side of a diff, and the project folder itself, which `detect_repository`
 * answers and refusals of paths outside of it name.
 */
const TOLD = /^(?:file:\/\/)?\/etc\/passwd|^\/dev\/null$|^\/[\w/]+\/breakwater-storage-\w{6}\.?$/;

/** What no answer may show: secrets, places of our code, stack traces, files of the machine. */
export function expectNoLeak(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) expect(text.includes(secret), `a secret is in ${text.slice(0, 300)}`).toBe(false);
  expect(text).not.toContain(ROOT);
  const files = text.match(ABSOLUTE_PATH) ?? [];
  expect(files.filter((file) => !TOLD.test(file))).toEqual([]);
  // A file of a package, as stack traces name it: generated configuration may well say "node_modules".
  expect(text).not.toMatch(/\bat [\w.<>]+ \(|\.ts:\d+:\d+|node_modules\/[@\w]|root:x:0:0/);
}

/** A valid answer: the client has checked successes against the output schema; a failure explains itself and was foreseen. */
export function expectValid({ isError, body, text }: ToolResult, secrets: readonly string[]): void {
  expectNoLeak(text, secrets);
  expect(text.length).toBeLessThanOrEqual(40_000);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  if (!isError) return;
  expect(body, text.slice(0, 500)).toMatchObject({
    code: expect.stringMatching(CODES),
    // `internal` is for answers of a service that make no sense; a fault of ours says that it was unexpected.
    message: expect.not.stringContaining('Something unexpected'),
    retryable: expect.any(Boolean),
    outcome: expect.stringMatching(/^(?:not_executed|executed|unknown)$/),
  });
}
