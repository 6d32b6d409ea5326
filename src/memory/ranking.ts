import type { CollectionSize, QueryTerm } from './query-terms.ts';
import { hashAt, hashTerm, termCount } from './term-vector.ts';
import { tokenize } from './tokens.ts';

/** A memory that matches at least one term of the query. */
export interface Candidate {
  seq: number;
  importance: number;
  storedAt: number;
  /** Of `term-vector.ts`. */
  terms: Buffer;
  /** Category and tags. */
  labels: readonly string[];
}

export interface Scored {
  seq: number;
  storedAt: number;
  /** 0 and more; 1 is a plain match of every query word. */
  score: number;
}

export interface Ranked {
  seq: number;
  /** Above 0, below 1. A plain match of every query word is near 0.9. */
  similarity: number;
}

/** Proximity and coordination as measured on test collections; the boosts only order what is about equally good. */
const PROXIMITY = 0.3;
const PROXIMITY_WINDOW = 3;
const COORDINATION = 0.15;
const LABEL_BOOST = 0.05;
const MAX_LABELS = 3;
const IMPORTANCE_BOOST = 0.02;
const NEUTRAL_IMPORTANCE = 5;
const RECENCY_BOOST = 0.04;
/** Dampens the lead of the first ranks. */
const FUSION_RANK = 60;
const RECENCY_HALF_LIFE_MS = 14 * 24 * 3_600_000;

/** Best first; equally good ones newest first. */
export function rankCandidates(
  candidates: readonly Candidate[],
  terms: readonly QueryTerm[],
  size: CollectionSize,
  now: number,
): Scored[] {
  const scorer = new TextScorer(terms, size);
  const words = new Set(terms.flatMap(({ forms }) => forms.map(({ term }) => term)));
  const scored = candidates.map((candidate) => ({
    seq: candidate.seq,
    storedAt: candidate.storedAt,
    score: scorer.score(candidate.terms) * boost(candidate, words, now),
  }));
  return scored.sort(bestFirst);
}

function bestFirst(a: Scored, b: Scored): number {
  return b.score - a.score || b.storedAt - a.storedAt || b.seq - a.seq;
}

/** Orders scored candidates anew and makes similarities of their scores. */
export function toRanked(scored: readonly Scored[]): Ranked[] {
  return [...scored].sort(bestFirst).map(({ seq, score }) => ({ seq, similarity: 1 - Math.exp(-2 * score) }));
}

/**
 * Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009) of the first window of a text search with what is near in meaning, given best
 * first with its cosine. What is near stands in the first window only.
 */
export function fuseRanks(byText: readonly Ranked[], near: ReadonlyMap<number, number>, isFirst: boolean): Ranked[] {
  const rest = byText.filter(({ seq }) => isFirst || !near.has(seq));
  if (!isFirst || near.size === 0) return rest;
  const fused = new Map<number, { score: number; similarity: number }>();
  const add = (seq: number, rank: number, similarity: number) => {
    const known = fused.get(seq) ?? { score: 0, similarity: 0 };
    const score = known.score + 1 / (FUSION_RANK + rank);
    fused.set(seq, { score, similarity: Math.max(known.similarity, similarity) });
  };
  for (const [rank, { seq, similarity }] of rest.entries()) add(seq, rank, similarity);
  for (const [rank, [seq, cosine]] of [...near].entries()) add(seq, rank, cosine);
  const ordered = [...fused].sort(([, a], [, b]) => b.score - a.score || b.similarity - a.similarity);
  return ordered.map(([seq, { similarity }]) => ({ seq, similarity: Math.min(similarity, 1) }));
}

/** A factor near 1. */
function boost(candidate: Candidate, words: ReadonlySet<string>, now: number): number {
  const labels = candidate.labels.filter((label) => isNamed(label, words)).length;
  const age = Math.max(0, now - candidate.storedAt);
  return (
    1 +
    LABEL_BOOST * Math.min(labels, MAX_LABELS) +
    IMPORTANCE_BOOST * (candidate.importance - NEUTRAL_IMPORTANCE) +
    RECENCY_BOOST * 2 ** (-age / RECENCY_HALF_LIFE_MS)
  );
}

/** `circuit-breaker` has three terms, two of them and their joined form: a query in two words names it. */
function isNamed(label: string, words: ReadonlySet<string>): boolean {
  const terms = tokenize(label);
  return terms.length > 0 && terms.filter((term) => words.has(term)).length * 2 > terms.length;
}

/**
 * BM25 over every query term, plus how close neighbouring query terms stand, plus the share of query terms present. The score of a
 * document is 1 where it has every term once, at average length.
 */
class TextScorer {
  readonly #terms: readonly QueryTerm[];
  readonly #slots = new Map<number, { index: number; weight: number }>();
  readonly #k1: number;
  readonly #b: number;
  readonly #averageLength: number;
  readonly #maxIdf: number;

  constructor(terms: readonly QueryTerm[], { averageLength }: CollectionSize) {
    this.#terms = terms;
    // Short texts hardly repeat words, so neither repetition nor length says much there.
    const shortness = Math.min(1, Math.max(0, (60 - averageLength) / 35));
    this.#k1 = 1.5 - 0.6 * shortness;
    this.#b = 0.75 - 0.4 * shortness;
    this.#averageLength = averageLength;
    this.#maxIdf = terms.reduce((sum, term) => sum + term.idf, 0);
    for (const [index, { forms }] of terms.entries()) {
      for (const { term, weight } of forms) {
        const hash = hashTerm(term);
        if (!this.#slots.has(hash)) this.#slots.set(hash, { index, weight });
      }
    }
  }

  score(document: Buffer): number {
    const { frequencies, distances } = this.#scan(document);
    const norm = this.#k1 * (1 - this.#b + (this.#b * termCount(document)) / this.#averageLength);
    let sum = 0;
    let present = 0;
    for (const [index, { idf }] of this.#terms.entries()) {
      const frequency = frequencies[index] ?? 0;
      sum += (idf * frequency * (this.#k1 + 1)) / (frequency + norm);
      if (frequency > 0) present += idf;
      const distance = distances[index] ?? PROXIMITY_WINDOW + 1;
      if (distance <= PROXIMITY_WINDOW) sum += (PROXIMITY * Math.min(idf, this.#terms[index + 1]?.idf ?? 0)) / distance;
    }
    const coverage = present / this.#maxIdf;
    return (sum / this.#maxIdf) * (1 - COORDINATION + COORDINATION * coverage);
  }

  /** Weighted frequency of every query term, and the least distance from each to the next term of the query. */
  #scan(document: Buffer): { frequencies: number[]; distances: number[] } {
    const frequencies = new Array<number>(this.#terms.length).fill(0);
    const distances = new Array<number>(this.#terms.length).fill(Number.POSITIVE_INFINITY);
    const lastSeen = new Array<number>(this.#terms.length + 1).fill(Number.NEGATIVE_INFINITY);
    for (let position = 0; position < termCount(document); position += 1) {
      const slot = this.#slots.get(hashAt(document, position));
      if (slot === undefined) continue;
      const { index, weight } = slot;
      frequencies[index] = (frequencies[index] ?? 0) + weight;
      lastSeen[index] = position;
      distances[index] = Math.min(distances[index] ?? 0, position - (lastSeen[index + 1] ?? 0));
      if (index > 0) distances[index - 1] = Math.min(distances[index - 1] ?? 0, position - (lastSeen[index - 1] ?? 0));
    }
    return { frequencies, distances };
  }
}
