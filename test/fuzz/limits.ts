import { inspect } from 'node:util';
import type { Parameters } from 'fast-check';
import { PATIENCE_MS, runs } from '../support/full-counts.ts';

/** Services of these tests answer at once, or calls to them have a deadline of a second: what takes longer hangs. In milliseconds. */
export const HANG_MS = 20_000;
/** Of a whole test: a search that hangs at its end must still say so. */
export const TEST_MS = PATIENCE_MS + 2 * HANG_MS;

/** A run that hangs, and a search that did not get through its runs, are failures: neither has shown anything. */
export function searching(full: number, reduced: number): Parameters<unknown> {
  return {
    numRuns: runs(full, reduced),
    timeout: HANG_MS,
    endOnFailure: true,
    interruptAfterTimeLimit: PATIENCE_MS,
    markInterruptAsFailure: true,
  };
}

/** For what is not searched but gone through. */
export async function inTime<T>(work: Promise<T>, what: unknown): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing after ${HANG_MS} ms: ${inspect(what).slice(0, 300)}`)), HANG_MS);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
