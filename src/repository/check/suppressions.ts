import type { Comment } from '@babel/types';
import type { SourceModule } from './syntax/source-module.ts';

/** `breakwater-ignore rule-id, rule-id: reason` in a comment. */
export interface Suppression {
  line: number;
  /** The line of code that it is about: its own, or the next with code when the comment stands alone. */
  target: number;
  rules: readonly string[];
  reason: string;
}

const MARK = 'breakwater-ignore';

export function findSuppressions(module: SourceModule): Suppression[] {
  return module.comments.flatMap((comment) => {
    const text = comment.value.trim();
    const line = comment.loc?.start.line;
    if (!text.startsWith(MARK) || line === undefined) return [];
    const rest = text.slice(MARK.length);
    const colon = rest.indexOf(':');
    const [names, reason] = colon < 0 ? [rest, ''] : [rest.slice(0, colon), rest.slice(colon + 1)];
    const rules = names.split(/[\s,]+/).filter((name) => name !== '');
    return [{ line, target: targetOf(module, comment, line), rules, reason: reason.trim() }];
  });
}

function targetOf(module: SourceModule, comment: Comment, line: number): number {
  const before = module.line(line).slice(0, comment.loc?.start.column ?? 0);
  if (before.trim() !== '') return line;
  const commented = new Set(
    module.comments.flatMap(({ loc }) => (loc == null ? [] : linesOf(loc.start.line, loc.end.line))),
  );
  let next = line;
  do next += 1;
  while (
    next <= module.lineCount &&
    (module.line(next).trim() === '' || (commented.has(next) && isOnlyComment(module.line(next))))
  );
  return next;
}

const linesOf = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const isOnlyComment = (line: string) => /^\s*(?:\/\/|\/\*|\*|\{\/\*)/.test(line);
