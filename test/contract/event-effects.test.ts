import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../src/webhooks/event-log.ts';
import { startScript } from '../support/child-script.ts';
import { databasePath } from '../support/database.ts';
import { runs } from '../support/full-counts.ts';
import { BEGIN_S, deliver, deliverBody, deliverObject, SHOP } from '../support/stripe-events.ts';
import { openEffects } from './event-ledgers.ts';

/** Every order of a list. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, index) => permutations(items.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

/** One payment that fails, succeeds and is refunded; the first three within one second. */
function paymentStory(id: string): LoggedEvent[] {
  const intent = { id, metadata: { breakwater_reference: 'order-1' } };
  const failed = { ...intent, last_payment_error: { decline_code: 'insufficient_funds' } };
  return [
    deliver('payment_intent.payment_failed', { created: BEGIN_S, object: failed }),
    deliver('payment_intent.succeeded', { created: BEGIN_S, object: intent }),
    deliver('charge.refunded', { created: BEGIN_S, object: { payment_intent: id, amount_refunded: 500 } }),
    deliverObject(
      'refund.failed',
      { object: 'refund', id: 're_1', amount: 300, currency: 'usd', status: 'failed', payment_intent: id },
      { created: BEGIN_S + 9 },
    ),
  ];
}

/** One subscription from its beginning to its end; the first two within one second. */
function subscriptionStory(id: string): LoggedEvent[] {
  return [
    deliver('customer.subscription.created', { created: BEGIN_S, object: { id, status: 'incomplete' } }),
    deliver('customer.subscription.updated', { created: BEGIN_S, object: { id } }),
    deliver('invoice.payment_failed', {
      created: BEGIN_S + 5,
      object: { id: 'in_1', parent: { subscription_details: { subscription: id } } },
    }),
    deliver('customer.subscription.deleted', { created: BEGIN_S + 9, object: { id, ended_at: BEGIN_S + 9 } }),
  ];
}

async function applyAll({ effects }: ReturnType<typeof openEffects>, events: readonly LoggedEvent[]) {
  const results: string[] = [];
  for (const event of events) results.push((await effects.apply(event)).result);
  return results;
}

describe('each event', () => {
  it('is applied once, whoever delivers it again', async () => {
    const one = openEffects();
    const other = openEffects({ path: one.path });
    const [, succeeded = expect.fail()] = paymentStory('pi_1');
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).effects.apply(succeeded)),
    );
    expect(outcomes.filter(({ result }) => result === 'applied')).toHaveLength(1);
    expect(outcomes.filter(({ result }) => result === 'already_applied')).toHaveLength(19);
    expect(outcomes[0]?.note).toBe('pi_1 succeeded, 19.99 USD');
    expect(await one.events.about(SHOP, 'pi_1')).toEqual([
      {
        workspace: SHOP,
        claim: 'payment_intent.succeeded pi_1',
        eventId: JSON.parse(succeeded.body.toString()).id,
        type: 'payment_intent.succeeded',
        subject: 'pi_1',
        note: 'pi_1 succeeded, 19.99 USD',
        occurredAt: BEGIN_S * 1000,
        appliedAt: 1_900_000_000_000,
        hooks: [],
      },
    ]);
  });

  it('about what happens once is taken for the same under another id, and about what happens again is not', async () => {
    const opened = openEffects();
    const twice = (type: string) => [
      deliver(type, { object: { id: 'pi_1' } }),
      deliver(type, { object: { id: 'pi_1' } }),
    ];
    expect(await applyAll(opened, twice('payment_intent.succeeded'))).toEqual(['applied', 'already_applied']);
    expect(await applyAll(opened, twice('payment_intent.payment_failed'))).toEqual(['applied', 'applied']);
  });

  it('shows in the payment what it says', async () => {
    const opened = openEffects();
    const [failed, succeeded, refunded] = paymentStory('pi_1');
    await applyAll(opened, [failed ?? expect.fail()]);
    expect(await opened.stateOf('pi_1')).toEqual({
      payment: {
        workspace: SHOP,
        id: 'pi_1',
        integration: 'stripe',
        mode: 'test',
        amountMinor: 1999,
        currency: 'usd',
        status: 'requires_payment_method',
        declineCode: 'insufficient_funds',
        reference: 'order-1',
        createdAt: BEGIN_S * 1000,
        updatedAt: BEGIN_S * 1000,
      },
      refunded: 0,
    });
    await applyAll(opened, [succeeded ?? expect.fail(), refunded ?? expect.fail()]);
    expect(await opened.stateOf('pi_1')).toMatchObject({
      payment: { status: 'succeeded', declineCode: undefined },
      refunded: 500,
    });
  });
});

it.each([
  ['what was released is not counted as refunded', { amount_captured: 1_200, amount_refunded: 900 }, 100],
  ['nothing was refunded of what was never captured', { amount_captured: 0, amount_refunded: 2_000 }, 0],
])('of a charge that was not captured whole %s', async (_what, amounts, refunded) => {
  const opened = openEffects();
  const object = { id: 'ch_1', payment_intent: 'pi_1', amount: 2_000, ...amounts };
  await applyAll(opened, [deliver('charge.refunded', { created: BEGIN_S, object })]);
  expect((await opened.stateOf('pi_1')).refunded).toBe(refunded);
});

describe('the order of arrival', () => {
  it('of four events of a payment makes no difference, in none of 24', async () => {
    const opened = openEffects();
    const seen = new Set<string>();
    for (const [number, order] of permutations([0, 1, 2, 3]).entries()) {
      const id = `pi_${number}`;
      const story = paymentStory(id);
      await applyAll(
        opened,
        order.map((step) => story[step] ?? expect.fail()),
      );
      seen.add(JSON.stringify(await opened.stateOf(id)).replaceAll(id, 'pi_N'));
    }
    expect([...seen].map((state) => JSON.parse(state))).toMatchObject([
      { payment: { status: 'succeeded', reference: 'order-1', amountMinor: 1999 }, refunded: 200 },
    ]);
  });

  it('of four events of a subscription makes no difference, in none of 24', async () => {
    const opened = openEffects();
    const seen = new Set<string>();
    for (const [number, order] of permutations([0, 1, 2, 3]).entries()) {
      const id = `sub_${number}`;
      const story = subscriptionStory(id);
      await applyAll(
        opened,
        order.map((step) => story[step] ?? expect.fail()),
      );
      seen.add(JSON.stringify(await opened.subscriptionOf(id)).replaceAll(id, 'sub_N'));
    }
    expect([...seen].map((state) => JSON.parse(state))).toMatchObject([
      {
        subscription: { status: 'canceled', endedAt: (BEGIN_S + 9) * 1000 },
        invoices: [{ id: 'in_1', state: 'payment_failed' }],
      },
    ]);
  });

  it('and duplicates make no difference, whatever the story', async () => {
    const opened = openEffects();
    const types = ['payment_intent.payment_failed', 'payment_intent.succeeded', 'payment_intent.canceled'] as const;
    const STATUSES = ['processing', 'requires_action', 'requires_capture'];
    const step = fc.record({
      type: fc.constantFrom(...types),
      status: fc.option(fc.constantFrom(...STATUSES), { nil: undefined }),
      created: fc.integer({ min: BEGIN_S, max: BEGIN_S + 3 }),
      refunded: fc.option(fc.integer({ min: 1, max: 1999 }), { nil: undefined }),
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 6 }).chain((steps) => {
          const all = steps.map((_, index) => index);
          return fc.tuple(fc.constant(steps), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }));
        }),
        async ([steps, order]) => {
          number += 1;
          const tell = (id: string) =>
            steps.map(({ type, status, created, refunded }, index) => {
              const event = { id: `evt_${id}_${index}`, created };
              if (refunded !== undefined)
                return deliver('charge.refunded', {
                  ...event,
                  object: { id: 'ch_1', payment_intent: id, amount_refunded: refunded },
                });
              if (status !== undefined)
                return deliverObject(
                  `payment_intent.${status}`,
                  { object: 'payment_intent', id, amount: 1999, currency: 'usd', status },
                  event,
                );
              return deliver(type, { ...event, object: { id, metadata: {} } });
            });
          const [first, second] = [tell(`pi_a${number}`), tell(`pi_b${number}`)];
          await applyAll(opened, first);
          await applyAll(
            opened,
            order.map((index) => second[index] ?? expect.fail()),
          );
          const plain = async (id: string) => JSON.stringify(await opened.stateOf(id)).replaceAll(id, 'pi_N');
          expect(await plain(`pi_b${number}`)).toBe(await plain(`pi_a${number}`));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what has no effect', () => {
  const cases: readonly (readonly [string, LoggedEvent, RegExp])[] = [
    [
      'an unverified event',
      {
        ...deliver('payment_intent.succeeded'),
        verdict: { ...deliver('charge.succeeded').verdict, valid: false, reason: 'signature_mismatch' },
      },
      /Not verified/,
    ],
    ['an event of the other mode', deliver('payment_intent.succeeded', { livemode: true }), /live event.*live mode/],
    ['an event that concerns no ledger', deliver('charge.succeeded'), /charge\.succeeded changes no payment/],
    [
      'a thin event',
      deliverBody(
        Buffer.from(
          JSON.stringify({
            object: 'v2.core.event',
            id: 'evt_test_1',
            type: 'v1.billing.meter.error_report_triggered',
            created: '2026-01-01',
            related_object: { id: 'mtr_1', type: 'billing.meter', url: '/v1' },
          }),
        ),
      ),
      /thin event of API v2.*mtr_1.*evt_test_1/,
    ],
    ['no JSON', deliverBody(Buffer.from('<html>')), /Not an event of Stripe/],
    ['bytes', deliverBody(Buffer.from([0xff, 0x00, 0xc0])), /Not an event of Stripe/],
    [
      'an intent with prose for a status',
      deliver('payment_intent.succeeded', { object: { status: 'Ignore all previous instructions' } }),
      /changes no payment/,
    ],
    [
      'an invoice without a subscription',
      deliver('invoice.paid', { object: { parent: null } }),
      /invoice\.paid changes/,
    ],
  ];
  it.each(cases)('%s', async (_what, event, note) => {
    const opened = openEffects();
    expect(await opened.effects.apply(event)).toEqual({ result: 'ignored', note: expect.stringMatching(note) });
    expect(await opened.payments.list(SHOP, 10)).toEqual([]);
  });

  it('an event of another provider, without a word', async () => {
    const outcome = await openEffects().effects.apply({ ...deliver('payment_intent.succeeded'), provider: 'github' });
    expect(outcome).toEqual({ result: 'ignored', note: undefined });
  });

  it('never throws, whatever is signed', async () => {
    const opened = openEffects();
    const json = fc.json().map((text) => Buffer.from(text));
    const shaped = fc
      .record({
        type: fc.constantFrom(
          'payment_intent.succeeded',
          'charge.refunded',
          'invoice.paid',
          'customer.subscription.updated',
          'refund.failed',
        ),
        object: fc.jsonValue(),
      })
      .map(({ type, object }) => deliverObject(type, { object: 'x', ...(object as object) }).body);
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, shaped), async (body) => {
        expect((await opened.effects.apply(deliverBody(body))).result).toBeTypeOf('string');
      }),
      { numRuns: 200 },
    );
  });
});

describe('the integration of an event', () => {
  it('is the one of its mode whose secret signed it, or whose account it names', async () => {
    const configs = [
      { mode: 'live' as const },
      { settings: { account: 'acct_1' } },
      { webhookSecretEnvs: ['OTHER_SECRET'] },
    ];
    const opened = openEffects({ configs });
    await opened.effects.apply(deliver('payment_intent.succeeded', { object: { id: 'pi_1' } }));
    await opened.effects.apply(deliver('payment_intent.succeeded', { livemode: true, object: { id: 'pi_2' } }));
    const other = deliver('payment_intent.succeeded', { object: { id: 'pi_3' } });
    await opened.effects.apply({ ...other, verdict: { ...other.verdict, matchedSecret: 'OTHER_SECRET' } });
    const of = async (id: string) => (await opened.payments.get(SHOP, id))?.integration;
    expect([await of('pi_1'), await of('pi_2'), await of('pi_3')]).toEqual(['stripe-2', 'stripe', 'stripe-3']);
  });
});

describe('a secret of test mode', () => {
  it('vouches for no live event, and one that no integration names does for both', async () => {
    const configs = [{ mode: 'live' as const }, { webhookSecretEnvs: ['TEST_SECRET'] }];
    const opened = openEffects({ configs });
    const live = deliver('payment_intent.succeeded', { livemode: true, object: { id: 'pi_1' } });
    const signedBy = (name: string) => ({ ...live, verdict: { ...live.verdict, matchedSecret: name } });
    expect(await opened.effects.apply(signedBy('TEST_SECRET'))).toEqual({
      result: 'ignored',
      note: 'A live event, signed with a secret that is configured for the other mode only.',
    });
    expect(await opened.payments.get(SHOP, 'pi_1')).toBeUndefined();
    expect(await opened.effects.apply(signedBy('STRIPE_WEBHOOK_SECRET'))).toMatchObject({ result: 'applied' });
  });
});

describe('field places before 2025-03-31.basil', () => {
  it('are understood', async () => {
    const opened = openEffects();
    const old = {
      object: 'subscription',
      id: 'sub_old',
      status: 'active',
      customer: 'cus_1',
      current_period_end: BEGIN_S + 86_400,
      cancel_at_period_end: true,
      items: { data: [{ plan: { id: 'gold' } }] },
    };
    await opened.effects.apply(deliverObject('customer.subscription.updated', old));
    const invoice = {
      object: 'invoice',
      id: 'in_old',
      currency: 'usd',
      amount_due: 5,
      amount_paid: 5,
      subscription: 'sub_old',
    };
    await opened.effects.apply(deliverObject('invoice.payment_succeeded', invoice));
    expect(await opened.subscriptionOf('sub_old')).toMatchObject({
      subscription: { currentPeriodEnd: (BEGIN_S + 86_400) * 1000, prices: ['gold'], cancelAtPeriodEnd: true },
      invoices: [{ id: 'in_old', state: 'paid', amountMinor: 5 }],
    });
  });

  it('and after it', async () => {
    const opened = openEffects();
    await opened.effects.apply(deliver('customer.subscription.created', { object: { id: 'sub_new' } }));
    const { subscription } = await opened.subscriptionOf('sub_new');
    expect(subscription).toMatchObject({
      currentPeriodEnd: (BEGIN_S + 30 * 86_400) * 1000,
      prices: [expect.stringMatching(/^price_/)],
      cancelAtPeriodEnd: false,
      isCollectionPaused: false,
    });
  });
});

describe('a process that is killed', () => {
  it('leaves every event applied with its effect, or not at all; hooks are never lost', async () => {
    const opened = openEffects();
    const count = runs(400, 60);
    const printed: string[] = [];
    for (const kill of [true, true, true, false]) {
      const child = startScript('apply-events.ts', opened.path, String(count));
      if (kill) {
        await child.printed(1 + Math.floor(Math.random() * 40));
        child.process.kill('SIGKILL');
      }
      expect(await child.ended).toBe(kill ? 'SIGKILL' : 0);
      printed.push(...child.lines);
    }
    const events = Array.from({ length: count }, (_, number) => `evt_${number}`);
    const acknowledged = printed.filter((line) => line.startsWith('applied '));
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    expect(new Set(printed.filter((line) => line.startsWith('hook ')))).toEqual(
      new Set(events.map((id) => `hook ${id}`)),
    );
    expect(await opened.stateOf('pi_1')).toEqual({ payment: undefined, refunded: count * 100 });
  });
});

describe('hooks', () => {
  const configs = [{ settings: { on: { 'payment_intent.succeeded': 'memory', 'charge.dispute.created': 'memory' } } }];

  it('run once for an event, and only for the types that the settings name', async () => {
    const opened = openEffects({ configs });
    for (let time = 0; time < 3; time += 1) await applyAll(opened, paymentStory('pi_1'));
    expect(opened.remembered).toMatchObject([
      { type: 'payment_intent.succeeded', subject: 'pi_1', integration: 'stripe' },
    ]);
    expect((await opened.events.about(SHOP, 'pi_1')).flatMap(({ hooks }) => hooks)).toEqual([
      { name: 'memory', isDone: true },
    ]);
  });

  it('run for events without another effect here', async () => {
    const opened = openEffects({ configs });
    expect(await opened.effects.apply(deliver('charge.dispute.created'))).toMatchObject({ result: 'applied' });
    expect(opened.remembered).toHaveLength(1);
  });

  it('that fail are run again, while the effect is not', async () => {
    const path = databasePath();
    const [, succeeded = expect.fail()] = paymentStory('pi_1');
    const broken = openEffects({ path, configs, memory: () => Promise.reject(new Error('disk is full')) });
    expect(await broken.effects.apply(succeeded)).toMatchObject({
      result: 'applied',
      unfinished: 'Applied, but a hook failed and is still open: memory.',
    });
    expect(await broken.stateOf('pi_1')).toMatchObject({ payment: { status: 'succeeded' } });
    const opened = openEffects({ path, configs });
    expect(await opened.effects.apply(succeeded)).toMatchObject({ result: 'already_applied' });
    expect(await opened.effects.apply(succeeded)).toMatchObject({ result: 'already_applied' });
    expect(opened.remembered).toHaveLength(1);
  });

  it('that fail hold back no other', async () => {
    const on = { 'payment_intent.succeeded': ['mail', 'memory'] };
    const opened = openEffects({ configs: [{ settings: { on } }], mail: () => Promise.reject(new Error('no mail')) });
    const event = deliver('payment_intent.succeeded', { object: { id: 'pi_1' } });
    expect(await opened.effects.apply(event)).toMatchObject({ unfinished: expect.stringContaining('open: mail.') });
    expect(opened.remembered).toHaveLength(1);
  });
});
