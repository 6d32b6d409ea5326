import * as z from 'zod';
import type { Attempt } from '../webhooks/replay/observation.ts';
import type { ReplayResult } from '../webhooks/replay/replay.ts';

/** A replay as its tool shows it. */
export const replayView = z.object({
  /** Target, seed of a shuffle, and whether the time was up before everything was sent. */
  run: z.record(z.string(), z.unknown()),
  attempts: z.array(z.unknown()),
  verdict: z.array(z.unknown()),
});

/** Characters of an answer that are shown. */
const MAX_ANSWER_LENGTH = 160;

/** @param mask hides secrets in what the handler answered. */
export function describeReplay(
  { attempts, verdict, seed, isCutShort }: ReplayResult,
  target: URL,
  mask: (text: string) => string,
): z.input<typeof replayView> {
  const firsts = new Map<string, Attempt>();
  return {
    run: { target: `${target.origin}${target.pathname}`, seed, ...(isCutShort ? { cut_short: true } : {}) },
    attempts: attempts.map((attempt) => {
      const first = firsts.get(attempt.event.label);
      if (first === undefined) firsts.set(attempt.event.label, attempt);
      return describeAttempt(attempt, first, mask);
    }),
    verdict: verdict.map((finding) => ({ ...finding })),
  };
}

/** The first answer to an event is shown, of later ones what is different. */
function describeAttempt(attempt: Attempt, first: Attempt | undefined, mask: (text: string) => string) {
  const { event, purpose, kind, wasSigned, answer } = attempt;
  const text = shorten(mask(answer.body));
  return {
    event: event.label,
    purpose: kind === undefined ? purpose : `${purpose}: ${kind}`,
    ...(wasSigned ? { signed: true } : {}),
    status: answer.status ?? answer.silence,
    ms: answer.tookMs,
    ...(first === undefined ? { answer: text } : { changed: changeOf(first, attempt, mask) }),
  };
}

function changeOf(first: Attempt, attempt: Attempt, mask: (text: string) => string): string | undefined {
  const outcome = ({ answer }: Attempt) => String(answer.status ?? answer.silence);
  const body = ({ answer }: Attempt) => shorten(mask(answer.body));
  const changes = [
    outcome(first) === outcome(attempt) ? [] : [`status ${outcome(first)} → ${outcome(attempt)}`],
    body(first) === body(attempt) ? [] : [`answer ${body(first)} → ${body(attempt)}`],
  ].flat();
  return changes.length === 0 ? undefined : changes.join('; ');
}

function shorten(text: string): string {
  const line = JSON.stringify(text.length > MAX_ANSWER_LENGTH ? `${text.slice(0, MAX_ANSWER_LENGTH)}…` : text);
  return line;
}
