import * as z from 'zod';
import type { Attempt } from '../webhooks/replay/observation.ts';
import type { ReplayResult } from '../webhooks/replay/replay.ts';

/** A replay as its tool shows it. */
export const replayView = z.object({
  /** Target, seed of a shuffle, whether the time was up before everything was sent, and how many attempts are not shown. */
  run: z.record(z.string(), z.unknown()),
  attempts: z.array(z.unknown()),
  verdict: z.array(z.unknown()),
});

/** The event log has them all. */
const MAX_ATTEMPTS = 40;
/** Characters of an answer, and of each of two that differ. */
const MAX_ANSWER_LENGTH = 160;
const MAX_COMPARED_LENGTH = 80;

/** @param mask hides secrets in what the handler answered. */
export function describeReplay(
  { attempts, verdict, seed, isCutShort }: ReplayResult,
  target: URL,
  mask: (text: string) => string,
): z.input<typeof replayView> {
  const omitted = attempts.length - MAX_ATTEMPTS;
  const firsts = new Map<string, Attempt>();
  for (const attempt of attempts) {
    if (!firsts.has(attempt.event.label)) firsts.set(attempt.event.label, attempt);
  }
  return {
    run: {
      target: `${target.origin}${target.pathname}`,
      seed,
      ...(isCutShort ? { cut_short: true } : {}),
      ...(omitted > 0 ? { attempts_omitted: omitted } : {}),
    },
    attempts: attempts
      .slice(0, MAX_ATTEMPTS)
      .map((attempt) => describeAttempt(attempt, firsts.get(attempt.event.label) ?? attempt, mask)),
    verdict: [...verdict],
  };
}

/** The first answer to an event is shown, of later ones what is different. */
function describeAttempt(attempt: Attempt, first: Attempt, mask: (text: string) => string) {
  const { event, purpose, kind, wasSigned, answer } = attempt;
  return {
    event: event.label,
    purpose: kind === undefined ? purpose : `${purpose}: ${kind}`,
    ...(wasSigned ? { signed: true } : {}),
    status: answer.status ?? answer.silence,
    ms: answer.tookMs,
    ...(attempt === first
      ? { answer: shorten(mask(answer.body), MAX_ANSWER_LENGTH) }
      : { changed: changeOf(first, attempt, mask) }),
  };
}

function changeOf(first: Attempt, attempt: Attempt, mask: (text: string) => string): string | undefined {
  const outcome = ({ answer }: Attempt) => String(answer.status ?? answer.silence);
  const body = ({ answer }: Attempt) => shorten(mask(answer.body), MAX_COMPARED_LENGTH);
  const changes = [
    outcome(first) === outcome(attempt) ? [] : [`status ${outcome(first)} → ${outcome(attempt)}`],
    first.answer.body === attempt.answer.body ? [] : [`answer "${body(first)}" → "${body(attempt)}"`],
  ].flat();
  return changes.length === 0 ? undefined : changes.join('; ');
}

/** One line: an answer is what a handler wrote, and may be anything. */
function shorten(text: string, max: number): string {
  const line = text
    .slice(0, 4 * max)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > max ? `${line.slice(0, max)}…` : line;
}
