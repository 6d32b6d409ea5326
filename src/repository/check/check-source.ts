import type { Node } from '@babel/types';
import { redactSecrets } from '../../core/redact.ts';
import type { ProjectFacts, Rule, Severity } from './rule.ts';
import { secretNodes } from './rules/secret-literal.ts';
import { rules } from './rules.ts';
import type { Suppression } from './suppressions.ts';
import { findSuppressions } from './suppressions.ts';
import { endOf, startOf } from './syntax/nodes.ts';
import { SourceModule } from './syntax/source-module.ts';

/** What is known about a rule without its code. */
export type RuleInfo = Pick<Rule, 'id' | 'title' | 'severity' | 'why' | 'fix' | 'source'>;

export interface Finding {
  rule: RuleInfo;
  severity: Severity;
  file: string;
  line: number;
  /** The line of source, secrets masked. */
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

const MAX_CODE = 160;

/**
 * Checks one file. Throws a SyntaxError when it is no JavaScript or TypeScript.
 * @param file relative to the project: it tells tests from code, and frameworks route by it
 */
export function checkSource(file: string, text: string, facts: ProjectFacts): Finding[] {
  const module = SourceModule.parse(file, text);
  const applied = module.isTest ? rules.filter(({ id }) => id === 'secret-literal') : rules;
  const found = applied.flatMap((rule) =>
    rule.find(module, facts).map(({ node, detail }) => toFinding(module, rule, node, detail)),
  );
  const suppressions = findSuppressions(module);
  const valid = suppressions.filter(isExplained);
  const kept = found.filter((finding) => !valid.some((suppression) => covers(suppression, finding)));
  const notes = [
    ...suppressions
      .filter((suppression) => !isExplained(suppression))
      .map((given) => noteOn(module, unexplainedSuppression, given)),
    ...valid
      .filter((given) => given.rules.every((name) => applied.some(({ id }) => id === name)))
      .filter((given) => !found.some((finding) => covers(given, finding)))
      .map((given) => noteOn(module, unusedSuppression, given)),
  ];
  return unique([...kept, ...notes]).sort((a, b) => a.line - b.line || a.rule.id.localeCompare(b.rule.id));
}

function isExplained({ rules: named, reason }: Suppression): boolean {
  return reason !== '' && named.length > 0 && named.every((name) => rules.some(({ id }) => id === name));
}

const covers = ({ rules: named, target }: Suppression, { rule, line }: Finding) =>
  line === target && named.includes(rule.id);

function toFinding(module: SourceModule, rule: RuleInfo, node: Node, detail: string | undefined): Finding {
  const line = node.loc?.start.line ?? 1;
  return { rule, severity: rule.severity, file: module.path, line, code: excerpt(module, line), detail };
}

function noteOn(module: SourceModule, rule: RuleInfo, { line }: Suppression): Finding {
  return { rule, severity: rule.severity, file: module.path, line, code: excerpt(module, line) };
}

/** One finding per rule and line. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.rule.id}:${finding.line}`, finding])).values()];
}

/** A line of source in which no secret can be read: neither one of a known shape nor one that a rule found. */
function excerpt(module: SourceModule, line: number): string {
  let text = module.line(line);
  const start = module.offsetOf(line);
  for (const secret of [...secretNodes(module)].reverse()) {
    const [from, to] = [startOf(secret) - start, endOf(secret) - start];
    if (to <= 0 || from >= text.length) continue;
    text = `${text.slice(0, Math.max(0, from))}'…'${text.slice(Math.max(0, to))}`;
  }
  const masked = redactSecrets(text.trim()).text;
  return masked.length <= MAX_CODE ? masked : `${masked.slice(0, MAX_CODE - 1)}…`;
}
