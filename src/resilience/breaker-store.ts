import type { BreakerRow } from './breaker-state.ts';
import { forcedState } from './breaker-state.ts';

/** One change of state, kept for whoever asks later what happened. */
export interface Transition {
  key: string;
  from: string;
  to: string;
  at: number;
  reason: string | null;
}

/** Where the state of all breakers lives. What `update` does is atomic across every process that shares the store. */
export interface BreakerStore {
  /** The row of a key, or undefined while nothing ever happened to it. On the path of every call: must be cheap. */
  get(key: string): Promise<BreakerRow | undefined>;
  /** Replaces the row by `change(row)`; `row` is a new, closed one where there was none. Keeps the transition when the state changed. */
  update(key: string, change: (row: BreakerRow) => BreakerRow): Promise<BreakerRow>;
  list(): Promise<readonly BreakerRow[]>;
  /** The newest transitions of a key, newest first. */
  transitions(key: string, limit: number): Promise<readonly Transition[]>;
}

/** The state as people name it: a forced one in force wins over the automatic one. */
function visibleState(row: BreakerRow, now: number): string {
  const forced = forcedState(row, now);
  return forced === undefined ? row.state : `forced_${forced.state}`;
}

/** The transition between two rows of one key, or undefined when the state is the same. */
export function transitionBetween(before: BreakerRow, after: BreakerRow): Transition | undefined {
  const at = after.updatedAt;
  const [from, to] = [visibleState(before, at), visibleState(after, at)];
  if (from === to) return undefined;
  return { key: after.key, from, to, at, reason: forcedState(after, at)?.reason ?? after.lastError };
}
