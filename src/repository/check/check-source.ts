import type { Node } from '@babel/types';
import { redactSecrets } from '../../core/redact.ts';
import type { Hit, ProjectFacts, Rule, Severity } from './rule.ts';
import { secretNodes } from './rules/secret-literal.ts';
import { rules } from './rules.ts';
import type { Suppression } from './suppressions.ts';
import { findSuppressions } from './suppressions.ts';
import { endOf, startOf } from './syntax/nodes.ts';
import { perModule, SourceModule } from './syntax/source-module.ts';

/** What is known about a rule without its code. */
export type RuleInfo = Pick<Rule, 'id' | 'title' | 'severity' | 'why' | 'fix' | 'source'>;

export interface Finding {
  rule: RuleInfo;
  severity: Severity;
  file: string;
  line: number;
  /** The line of source, secrets masked; of a long line what stands around the finding. */
  code: string;
  detail?: string | undefined;
}

const SUPPRESSING = 'docs/check.md';

const unexplainedSuppression: RuleInfo = {
  id: 'unexplained-suppression',
  title: 'A suppression without a reason or for a rule that does not exist',
  severity: 'warning',
  why: 'Nobody can tell later whether it may go. It has no effect.',
  fix: 'Write // breakwater-ignore rule-id: reason, with the id of a rule and a reason.',
  source: SUPPRESSING,
};

const unusedSuppression: RuleInfo = {
  id: 'unused-suppression',
  title: 'A suppression that suppresses nothing',
  severity: 'info',
  why: 'The code was repaired or moved; the comment would hide the next fault there.',
  fix: 'Delete the comment.',
  source: SUPPRESSING,
};

/** Everything that can be found, in the order of the documentation. */
export const allRules: readonly RuleInfo[] = [...rules, unexplainedSuppression, unusedSuppression];

/** Longest excerpt, and how much of it may stand before the finding, in characters. */
const MAX_CODE = 160;
const MAX_LEAD = 60;

/** A finding whose excerpt is not made yet: of thousands on one line only one per rule is shown. */
interface Place {
  rule: RuleInfo;
  line: number;
  /** Where the finding begins in its line, from 0. */
  column: number;
  detail?: string | undefined;
}

/**
 * Checks one file. Throws a SyntaxError when it is no JavaScript or TypeScript.
 * @param file relative to the project: it tells tests from code, and frameworks route by it
 */
export function checkSource(file: string, text: string, facts: ProjectFacts): Finding[] {
  const module = SourceModule.parse(file, text);
  const applied = module.isTest ? rules.filter(({ id }) => id === 'secret-literal') : rules;
  const found = unique(applied.flatMap((rule) => rule.find(module, facts).map((hit) => placeOf(rule, hit))));
  const suppressions = findSuppressions(module);
  const valid = suppressions.filter(isExplained);
  const kept = found.filter((place) => !valid.some((suppression) => covers(suppression, place)));
  const notes = [
    ...suppressions
      .filter((suppression) => !isExplained(suppression))
      .map(({ line }) => ({ rule: unexplainedSuppression, line, column: 0 })),
    ...valid
      .filter((given) => given.rules.every((name) => applied.some(({ id }) => id === name)))
      .filter((given) => !found.some((place) => covers(given, place)))
      .map(({ line }) => ({ rule: unusedSuppression, line, column: 0 })),
  ];
  return [...kept, ...unique(notes)]
    .sort((a, b) => a.line - b.line || a.rule.id.localeCompare(b.rule.id))
    .map((place) => toFinding(module, place));
}

function isExplained({ rules: named, reason }: Suppression): boolean {
  return reason !== '' && named.length > 0 && named.every((name) => rules.some(({ id }) => id === name));
}

const covers = ({ rules: named, target }: Suppression, { rule, line }: Place) =>
  line === target && named.includes(rule.id);

const placeOf = (rule: RuleInfo, { node, detail }: Hit): Place => ({
  rule,
  line: node.loc?.start.line ?? 1,
  column: node.loc?.start.column ?? 0,
  detail,
});

/** One place per rule and line: the first. */
function unique(places: readonly Place[]): Place[] {
  const first = new Map<string, Place>();
  for (const place of places) {
    const key = `${place.rule.id}:${place.line}`;
    if (!first.has(key)) first.set(key, place);
  }
  return [...first.values()];
}

function toFinding(module: SourceModule, { rule, line, column, detail }: Place): Finding {
  return { rule, severity: rule.severity, file: module.path, line, code: excerpt(module, line, column), detail };
}

/**
 * A line of source in which no secret can be read: neither one of a known shape nor one that a rule found. Masked before it is
 * shortened, so that no end cuts a secret into what cannot be recognised.
 */
function excerpt(module: SourceModule, line: number, column: number): string {
  const end = module.line(line).length;
  const lead = maskedPart(module, line, 0, column).trimStart();
  const shown = lead + maskedPart(module, line, column, end).trimEnd();
  if (shown.length <= MAX_CODE) return shown;
  const around = lead.length <= MAX_LEAD ? shown : `…${shown.slice(lead.length - MAX_LEAD + 1)}`;
  return around.length <= MAX_CODE ? around : `${around.slice(0, MAX_CODE - 1)}…`;
}

/** The characters of a line from one column up to another, masked. */
function maskedPart(module: SourceModule, line: number, from: number, to: number): string {
  const text = module.line(line);
  const start = module.offsetOf(line);
  let [masked, at] = ['', from];
  for (const secret of secretsByLine(module).get(line) ?? []) {
    const [opens, closes] = [startOf(secret) - start, endOf(secret) - start];
    if (closes <= at || opens >= to) continue;
    masked += `${text.slice(at, Math.max(at, opens))}'…'`;
    at = closes;
  }
  return redactSecrets(masked + text.slice(at, to)).text;
}

/** The secrets that stand on a line or go over it, in the order of the source. */
const secretsByLine = perModule((module: SourceModule): ReadonlyMap<number, readonly Node[]> => {
  const byLine = new Map<number, Node[]>();
  for (const secret of secretNodes(module)) {
    const [first, last] = [secret.loc?.start.line ?? 1, secret.loc?.end.line ?? 1];
    for (let line = first; line <= last; line += 1) {
      const known = byLine.get(line);
      if (known === undefined) byLine.set(line, [secret]);
      else known.push(secret);
    }
  }
  return byLine;
});
