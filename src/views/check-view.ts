import * as z from 'zod';
import type { CheckResult } from '../repository/check/check-project.ts';
import type { Finding, RuleInfo } from '../repository/check/check-source.ts';

const items = z.array(z.record(z.string(), z.unknown()));

export const checkAnswer = z.object({
  files_checked: z.int(),
  total: z.int(),
  findings: items,
  rules: items,
  skipped: items.optional(),
  incomplete: z.boolean().optional(),
  next_cursor: z.string().optional(),
});

/** Of the findings of one page; the rest of an answer is bounded by the number of rules. */
const MAX_FINDINGS_CHARACTERS = 16_000;
const MAX_SKIPPED = 20;

/** One page of a result: findings from `start` on, and every rule among all findings explained once. */
export function buildCheckAnswer(result: CheckResult, start: number): z.input<typeof checkAnswer> {
  const { findings, skipped, filesChecked, incomplete } = result;
  const page = takeFitting(findings.slice(start).map(toItem));
  const end = start + page.length;
  return {
    files_checked: filesChecked,
    total: findings.length,
    findings: page,
    rules: summarise(findings),
    skipped: skipped.length > 0 ? skipped.slice(0, MAX_SKIPPED).map((item) => ({ ...item })) : undefined,
    incomplete: incomplete || skipped.length > MAX_SKIPPED || undefined,
    next_cursor: end < findings.length ? String(end) : undefined,
  };
}

const toItem = ({ file, line, rule, severity, code, detail }: Finding) => ({
  file,
  line,
  rule: rule.id,
  severity,
  code,
  ...(detail === undefined ? {} : { detail }),
});

/** As many as fit, at least one. */
function takeFitting<T>(all: readonly T[]): T[] {
  let left = MAX_FINDINGS_CHARACTERS;
  const cut = all.findIndex((item, at) => {
    left -= JSON.stringify(item).length + 1;
    return left < 0 && at > 0;
  });
  return all.slice(0, cut < 0 ? all.length : cut);
}

/** The rules that were broken, the most frequent first. */
function summarise(findings: readonly Finding[]) {
  const counts = new Map<RuleInfo, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([{ id, title, severity, why, fix, source }, count]) => ({
      rule: id,
      severity,
      count,
      title,
      why,
      fix,
      source,
    }));
}
