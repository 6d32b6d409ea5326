import { expect } from 'vitest';
import type { ToolResult } from '../support/server-process.ts';
import { ROOT } from '../support/server-process.ts';

const CODES =
  /^(?:invalid_input|not_configured|not_allowed|unauthorized|not_found|conflict|rejected|rate_limited|unavailable|circuit_open|timeout|cancelled|outcome_unknown|internal)$/;

/** What no answer may show: secrets, places of our code, stack traces, foreign files. */
export function expectNoLeak(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) expect(text.includes(secret), `a secret is in ${text.slice(0, 300)}`).toBe(false);
  expect(text).not.toContain(ROOT);
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
