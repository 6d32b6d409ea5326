import { createContext, Script } from 'node:vm';
import { AppError } from '../core/errors.ts';

const MAX_PATTERN = 300;
/** All tests of one search together, in milliseconds: the event loop waits for them. */
const BUDGET_MS = 200;

/** V8 can end a regular expression that runs too long only inside a script with a timeout. */
const MATCH = new Script('texts.map((text) => pattern.test(text))');

/** A group without groups inside, with the beginning of its quantifier. */
const GROUP = /\(([^()]*)\)([*+]|\{\d+,|\{\d{2,})?/;

/**
 * A regular expression of a caller, tested without regard to case and within a time budget. Throws `invalid_input` when it is wrong, of a
 * kind that backtracks without end, or slower than the budget.
 */
export class SafePattern {
  readonly #pattern: RegExp;
  #budgetMs = BUDGET_MS;

  constructor(source: string) {
    if (source.length > MAX_PATTERN) throw unusable(`longer than ${MAX_PATTERN} characters`, 'Shorten it.');
    this.#pattern = compile(source);
    const reason = findBacktracking(source);
    if (reason !== undefined) throw unusable(reason, 'Write it without that, or search by words.');
  }

  testAll(texts: readonly string[]): boolean[] {
    const startedAt = performance.now();
    try {
      const context = createContext({ pattern: this.#pattern, texts });
      return MATCH.runInContext(context, { timeout: Math.max(1, Math.ceil(this.#budgetMs)) }) as boolean[];
    } catch (thrown) {
      throw unusable('too slow on the stored texts', 'Make it more specific, anchor it, or search by words.', thrown);
    } finally {
      this.#budgetMs -= performance.now() - startedAt;
    }
  }
}

/** With Unicode classes (`\p{L}`) where the source permits it; the flag refuses escapes that are harmless without it (`\-`). */
function compile(source: string): RegExp {
  try {
    return new RegExp(source, 'iu');
  } catch {
    return compileLeniently(source);
  }
}

function compileLeniently(source: string): RegExp {
  try {
    return new RegExp(source, 'i');
  } catch (thrown) {
    throw unusable(
      'not a valid regular expression',
      'Check brackets and escapes; the syntax is that of JavaScript.',
      thrown,
    );
  }
}

/** Conservative: a repeated group that itself repeats or chooses, and back references. The time budget catches what is left. */
function findBacktracking(source: string): string | undefined {
  const plain = source.replace(/\\[^1-9k]/g, '_').replace(/\[[^\]]*\]/g, '_');
  if (/\\[1-9k]/.test(plain)) return 'unsafe (a back reference)';
  return repeatsRepetition(plain) ? 'unsafe (a repeated group that itself repeats or chooses)' : undefined;
}

/** Takes the groups away from the inside out; a `+` stays where one repeats or chooses. */
function repeatsRepetition(plain: string): boolean {
  let rest = plain;
  for (let group = GROUP.exec(rest); group !== null; group = GROUP.exec(rest)) {
    const [text, inside = '', repetition] = group;
    const isRisky = /[*+|]|\{\d+,/.test(inside);
    if (isRisky && repetition !== undefined) return true;
    const left = isRisky || repetition !== undefined ? '+' : '_';
    rest = rest.slice(0, group.index) + left + rest.slice(group.index + text.length);
  }
  return false;
}

function unusable(reason: string, hint: string, cause?: unknown): AppError {
  return new AppError('invalid_input', `The regex cannot be used: it is ${reason}.`, { hint, cause });
}
