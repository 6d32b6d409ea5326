import type { Sql } from '../storage/connection.ts';
import type { Scored } from './ranking.ts';

/** A memory that stands in a session. */
export interface Placed {
  seq: number;
  workspace: string;
  session_id: string | null;
}

/** What the score of a hit adds to its neighbours, by how many places they stand after it (negative: before). */
const WEIGHTS: ReadonlyMap<number, number> = new Map([
  [-2, 0.08],
  [-1, 0.16],
  [1, 0.24],
  [2, 0.12],
]);
/** What the best other hit of a session adds. */
const SESSION_WEIGHT = 0.08;
/** Fewer memories are no course of events; more are a store that was filled under one name. */
const MIN_SESSION = 6;
const MAX_SESSION = 300;
/** Sessions looked at: those of the best hits. */
const MAX_SESSIONS = 20;

const MEMBERS = `
  SELECT seq FROM memory WHERE workspace = ? AND session_id = ? ORDER BY seq LIMIT ${MAX_SESSION + 1}`;

/**
 * Hits that stand close together in one session speak of one thing: each adds a little to the others. Measured on conversations, where it
 * helps most; outside a real session the order of memories says nothing.
 */
export function addNeighbourScores(sql: Sql, hits: readonly Scored[], places: readonly Placed[]): Scored[] {
  const scores = new Map(hits.map(({ seq, score }) => [seq, score]));
  const bonus = new Map<number, number>();
  for (const members of sessionsOf(sql, hits, places)) {
    const found = members.flatMap((seq, place) => ({ seq, place, score: scores.get(seq) ?? 0 }));
    const best = found.map(({ score }) => score).sort((a, b) => b - a);
    for (const { seq, place, score } of found) {
      if (score === 0) continue;
      const bestOther = (best[0] === score ? best[1] : best[0]) ?? 0;
      bonus.set(seq, neighbourSum(found, place) + SESSION_WEIGHT * bestOther);
    }
  }
  return hits.map((hit) => ({ ...hit, score: hit.score + (bonus.get(hit.seq) ?? 0) }));
}

function neighbourSum(members: readonly { score: number }[], place: number): number {
  let sum = 0;
  for (const [offset, weight] of WEIGHTS) sum += weight * (members[place - offset]?.score ?? 0);
  return sum;
}

/** The members of every real session that the best hits stand in, in order. */
function sessionsOf(sql: Sql, hits: readonly Scored[], places: readonly Placed[]): number[][] {
  const placeOf = new Map(places.map((place) => [place.seq, place]));
  const keys = new Map<string, readonly [workspace: string, session: string]>();
  for (const { seq } of hits) {
    const { workspace = '', session_id } = placeOf.get(seq) ?? {};
    if (session_id !== null && session_id !== undefined) {
      keys.set(JSON.stringify([workspace, session_id]), [workspace, session_id]);
    }
    if (keys.size === MAX_SESSIONS) break;
  }
  const sessions = [...keys.values()].map((key) => sql.all<{ seq: number }>(MEMBERS, key).map(({ seq }) => seq));
  return sessions.filter(({ length }) => length >= MIN_SESSION && length <= MAX_SESSION);
}
