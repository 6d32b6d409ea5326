import { createHash } from 'node:crypto';
import type { ContextType } from './memory.ts';
import { remembering } from './remembering.ts';

/**
 * Everything that a search can filter by equality is one opaque word in the `facets` column of the index, so that the filter is part
 * of the match itself: exact before any limit, and faster than a filter on the rows found.
 */
const PREFIXES = {
  scope: 'zw',
  type: 'zt',
  category: 'zc',
  tag: 'zg',
  agent: 'za',
  session: 'zs',
  importance: 'zi',
} as const;

/** On every memory: lets a search without any other condition match. */
const EVERY = 'zz';
const MAX_IMPORTANCE = 10;

export interface Faceted {
  /** Undefined for a memory of all workspaces. */
  scope: string | undefined;
  type: ContextType;
  category: string | undefined;
  tags: readonly string[];
  agents: readonly string[];
  session: string | undefined;
  importance: number;
}

/** Each field: one of its values must fit; an absent or empty one fits everything. */
export interface FacetFilter {
  /** Undefined for all workspaces; otherwise this one and the memories of all. */
  scope: string | undefined;
  types?: readonly ContextType[] | undefined;
  category?: string | undefined;
  tags?: readonly string[] | undefined;
  agent?: string | undefined;
  session?: string | undefined;
  minImportance?: number | undefined;
}

/** The facet words of a memory, for the index. */
export function facetsOf(memory: Faceted): string {
  const words = [
    EVERY,
    scopeWord(memory.scope),
    word('type', memory.type),
    word('importance', String(memory.importance)),
    ...wordsOf('category', [memory.category ?? '']),
    ...wordsOf('tag', memory.tags),
    ...wordsOf('agent', memory.agents),
    ...wordsOf('session', [memory.session ?? '']),
  ];
  return words.join(' ');
}

/** Fulfilled by every memory, as FTS5 query syntax. */
export const ANY_FACETS = `facets : ${EVERY}`;

/** The condition on the `facets` column, as FTS5 query syntax; undefined where everything fits. */
export function facetCondition(filter: FacetFilter): string | undefined {
  const conditions = facetGroups(filter).map((group) => `(${group.join(' OR ')})`);
  return conditions.length > 0 ? `facets : (${conditions.join(' AND ')})` : undefined;
}

/** A memory fits a filter when it has a facet word of every group. */
export function facetGroups(filter: FacetFilter): string[][] {
  const groups = [
    filter.scope === undefined ? [] : [scopeWord(filter.scope), scopeWord(undefined)],
    wordsOf('type', filter.types ?? []),
    wordsOf('category', [filter.category ?? '']),
    wordsOf('tag', filter.tags ?? []),
    wordsOf('agent', [filter.agent ?? '']),
    wordsOf('session', [filter.session ?? '']),
    importanceWords(filter.minImportance ?? 1),
  ];
  return groups.filter((group) => group.length > 0);
}

/** Each once; a blank value is none. */
function wordsOf(kind: keyof typeof PREFIXES, values: readonly string[]): string[] {
  const given = values.filter((value) => value.trim() !== '');
  return [...new Set(given.map((value) => word(kind, value)))];
}

/** Facet words with some taken out, then others put in, each once. */
export function replaceFacets(facets: string, gone: string, added: string): string {
  const removed = new Set(gone.split(' '));
  const kept = facets.split(' ').filter((facet) => !removed.has(facet));
  return [...new Set([...kept, ...added.split(' ')])].join(' ');
}

function importanceWords(least: number): string[] {
  if (least <= 1) return [];
  return Array.from({ length: MAX_IMPORTANCE - least + 1 }, (_, index) => word('importance', String(least + index)));
}

function scopeWord(workspace: string | undefined): string {
  return workspace === undefined ? `${PREFIXES.scope}all` : `${PREFIXES.scope}${digest(workspace)}`;
}

/** Labels that people type are compared without case and outer spaces. */
function word(kind: keyof typeof PREFIXES, value: string): string {
  return PREFIXES[kind] + digest(value.trim().toLowerCase());
}

const digest = remembering((value) => createHash('sha256').update(value).digest('hex').slice(0, 16));
