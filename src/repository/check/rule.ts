import type { Node } from '@babel/types';
import type { SourceModule } from './syntax/source-module.ts';

/** error: money, data or trust is lost; warning: it fails under load or failure; info: worth a look. */
export type Severity = 'error' | 'warning' | 'info';

/** What the files of a project say together. */
export interface ProjectFacts {
  /** True when no Stripe API version older than 2025-03-31.basil is pinned. */
  stripeSinceBasil: boolean;
}

/** A place that breaks a rule. */
export interface Hit {
  node: Node;
  /** What is special about this place: added to the rule's fix. */
  detail?: string | undefined;
}

/** A rule: what it is about as data, and one function that finds the places. */
export interface Rule {
  /** kebab-case; what a suppression names. */
  id: string;
  title: string;
  severity: Severity;
  /** Why it matters, in one or two sentences. */
  why: string;
  fix: string;
  /** Where the fact is documented. */
  source: string;
  /** A module that breaks the rule, and the same done right. */
  bad: string;
  good: string;
  find(module: SourceModule, facts: ProjectFacts): readonly Hit[];
}

/** The places as hits. */
export const hits = (nodes: readonly Node[]): Hit[] => nodes.map((node) => ({ node }));
