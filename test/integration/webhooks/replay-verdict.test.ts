import { describe, expect, it } from 'vitest';
import { stripeEvents } from '../../../src/integrations/stripe/events/index.ts';
import { stripeWebhook as scheme } from '../../../src/integrations/stripe/webhook.ts';
import { FAULTS } from '../../../src/webhooks/replay/faults.ts';
import { replayEvents } from '../../../src/webhooks/replay/replay.ts';
import type { ReplayInput } from '../../../src/webhooks/replay/replay-run.ts';
import { storyOf } from '../../../src/webhooks/replay/sources.ts';
import type { Defect, Handler } from '../../support/webhook-handlers.ts';
import { BROKEN, HANDLER_SECRET, startHandler } from '../../support/webhook-handlers.ts';

const STORY = ['customer.subscription.created', 'customer.subscription.updated', 'customer.subscription.deleted'];

/** Everything there is to try, against one handler. */
async function rehearse(handler?: Partial<Handler>, changes: Partial<ReplayInput> = {}) {
  const { url, stateUrl } = await startHandler(handler);
  const chosen = STORY.map((type) => [type, stripeEvents.types[type]?.example ?? (() => ({}))] as const);
  const input: ReplayInput = {
    workspace: '/project',
    events: storyOf(stripeEvents, chosen, scheme, Date.now()),
    scheme,
    signer: { scheme, secret: HANDLER_SECRET, url: url.href },
    resign: undefined,
    target: url,
    stateUrl,
    times: 1,
    order: 'reversed',
    seed: undefined,
    faults: FAULTS,
    answerWithinMs: 60_000,
    budgetMs: 600_000,
    ...changes,
  };
  const deps = {
    events: { addAttempt: async () => {} },
    clock: { now: () => Date.now() },
    mask: (text: string) => text,
  };
  const result = await replayEvents(input, deps, new AbortController().signal, () => {});
  const points = (wanted: string) =>
    result.verdict.filter(({ result: each }) => each === wanted).map(({ point }) => point);
  return { ...result, passed: points('pass'), failed: points('fail'), unknown: points('unknown') };
}

const ALL = [
  'verifies',
  'accepts_rolled_secret',
  'rejects_stale',
  'rejects_forged',
  'rejects_reserialised',
  'idempotent',
  'order_safe',
  'records_first',
  'answers_in_time',
  'hides_errors',
];

describe('the verdict', () => {
  it('on the correct handler is all good', async () => {
    const { passed, verdict } = await rehearse();
    expect(verdict.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(passed).toEqual(ALL);
  });

  /** What each broken handler fails, and nothing else. */
  const FAILS: Readonly<Record<Defect, string[]>> = {
    // It takes what has the layout that it writes itself, and no other.
    verifies_parsed_json: ['verifies', 'rejects_reserialised'],
    never_verifies: ['rejects_stale', 'rejects_forged', 'rejects_reserialised'],
    lets_unsigned_pass: ['rejects_forged'],
    accepts_stale: ['rejects_stale'],
    compares_the_beginning: ['rejects_forged'],
    compares_some_characters: ['rejects_forged'],
    throws_on_short_signatures: ['rejects_forged'],
    counts_twice: ['idempotent'],
    last_delivery_wins: ['order_safe'],
    is_too_slow: ['answers_in_time'],
    answers_first: ['records_first'],
    fails_on_duplicates: ['idempotent'],
    leaks_a_stack: ['hides_errors'],
    knows_one_signature: ['accepts_rolled_secret'],
    records_before_verifying: ['rejects_stale', 'rejects_forged', 'rejects_reserialised'],
  };

  it('finds in each broken handler what is wrong with it', async () => {
    const defects = Object.keys(BROKEN) as Defect[];
    // Each takes its whole time to answer.
    const short = { times: 1, order: 'as_received', faults: [], answerWithinMs: 1_000 } as const;
    const verdicts = await Promise.all(
      defects.map(async (defect) => {
        const { failed, verdict } = await rehearse(BROKEN[defect], defect === 'is_too_slow' ? short : {});
        const fixes = verdict.flatMap(({ result, fix }) => (result === 'fail' ? [fix] : []));
        expect(fixes).not.toContain(undefined);
        return [defect, failed] as const;
      }),
    );
    expect(Object.fromEntries(verdicts)).toEqual(FAILS);
  });

  it('is given on what was sent when the time is up', async () => {
    let answered = 0;
    // Falls silent before the end, however fast or slow the machine is.
    const acknowledge: Handler['acknowledge'] = (record, response) => {
      record();
      answered += 1;
      if (answered <= STORY.length) response.json({ received: true });
    };
    const { attempts, isCutShort, passed, failed } = await rehearse({ acknowledge }, { budgetMs: 3_000 });
    expect([isCutShort, failed]).toEqual([true, []]);
    expect(passed).toContain('verifies');
    // All would be 19.
    expect(attempts.length).toBeLessThan(17);
  });
});
