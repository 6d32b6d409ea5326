import { canonicalJson } from '../integrations/request-row.ts';

/** What decides which of two observations of one object stands. */
export interface Standing {
  /** True for a status that no other follows. */
  isFinal: boolean;
  /** Milliseconds since the epoch, by the clock of whoever saw it. */
  observedAt: number;
  /** Orders what happened within one second, the finest time that an event of Stripe has. */
  rank: number;
  /** Everything observed: the last resort, so that no two different observations are equal. */
  facts: unknown;
}

/**
 * Whether `seen` takes the place of `known`: a final status beats all others, then the later second counts, then the rank. A total
 * order, so that every order of arrival, duplicates included, ends in the same state. Answers and events come from different clocks:
 * between two statuses that are not final, the difference of the clocks decides too.
 */
export function supersedes(seen: Standing, known: Standing): boolean {
  const [a, b] = [order(seen), order(known)];
  const at = a.findIndex((value, index) => value !== b[index]);
  if (at >= 0) return Number(a[at]) > Number(b[at]);
  return canonicalJson(seen.facts) > canonicalJson(known.facts);
}

function order({ isFinal, observedAt, rank }: Standing): number[] {
  return [isFinal ? 1 : 0, Math.floor(observedAt / 1000), rank, observedAt];
}
