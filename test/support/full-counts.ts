/** Large counts run in full with BREAKWATER_FULL=1, as `npm run bench` does; a fraction of them everywhere else. */
export const FULL = process.env['BREAKWATER_FULL'] === '1';

export function runs(full: number, reduced: number): number {
  return FULL ? full : reduced;
}

/** Long enough for the full counts on two slow cores, in milliseconds. */
export const PATIENCE_MS = FULL ? 1_200_000 : 60_000;
