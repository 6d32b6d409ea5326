import type { z } from 'zod';
import type { breakerView } from '../../views/breaker-view.ts';

export type Breaker = z.output<typeof breakerView>;

/** A time in which a breaker was in one state, in milliseconds since the epoch. */
export interface Span {
  state: string;
  from: number;
  to: number;
  reason: string | null;
}

/** The states of a breaker within a window, oldest first, without gaps. Before its first known transition it was in that one's `from`. */
export function spansOf(
  { state, transitions }: Pick<Breaker, 'state' | 'transitions'>,
  start: number,
  end: number,
): Span[] {
  const changes = transitions.map(({ at, ...rest }) => ({ ...rest, at: Date.parse(at) })).reverse();
  const first = { state: changes[0]?.from ?? state, from: Number.NEGATIVE_INFINITY, reason: null };
  const begins = [first, ...changes.map(({ to, at, reason }) => ({ state: to, from: at, reason }))];
  return begins
    .map((begin, index) => ({ ...begin, to: begins[index + 1]?.from ?? end }))
    .map((span) => ({ ...span, from: Math.max(span.from, start), to: Math.min(span.to, end) }))
    .filter(({ from, to }) => to > from);
}
