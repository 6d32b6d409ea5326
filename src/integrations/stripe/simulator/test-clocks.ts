import * as z from 'zod';
import { invalidRequest } from './api-error.ts';
import { advanceClock } from './billing-schedule.ts';
import { createId } from './ids.ts';
import { integer, text } from './parameters.ts';
import { periodEnd } from './periods.ts';
import { fetchObject, listRoute, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { recurringOf } from './subscription-changes.ts';
import { testClocks } from './test-clock-resource.ts';

const { path, kind } = testClocks;
const LIFETIME_S = 30 * 24 * 60 * 60;
const seconds = integer(0, 10_000_000_000);

/** https://docs.stripe.com/billing/testing/test-clocks */
export const testClockRoutes = [
  route(
    'POST',
    path,
    kind,
    z.strictObject({ frozen_time: seconds, name: text(300).optional() }),
    ({ account, emit }, { frozen_time, name = null }) => {
      const created = account.now();
      const clock = account.testClocks.add({
        id: createId('clock'),
        object: 'test_helpers.test_clock',
        created,
        deletes_after: created + LIFETIME_S,
        frozen_time,
        livemode: false,
        name,
        status: 'ready',
        status_details: {},
      });
      emit('test_helpers.test_clock.created', clock);
      return clock;
    },
  ),

  retrieveRoute(testClocks),
  listRoute(testClocks, {}, () => true),

  // The answer says that the clock advances; it is ready right after it.
  route(
    'POST',
    `${path}/:id/advance`,
    kind,
    z.strictObject({ frozen_time: seconds }),
    (call, { frozen_time: target }, id) => {
      const { account } = call;
      const clock = fetchObject(testClocks, account, id);
      if (clock.status !== 'ready')
        throw invalidRequest('The test clock is advancing: wait until its status is ready.');
      if (target <= clock.frozen_time) {
        throw invalidRequest('frozen_time must be after the current frozen time of the clock.', {
          param: 'frozen_time',
        });
      }
      const limit = furthest(
        account.subscriptions.newestFirst(({ test_clock }) => test_clock === id),
        clock.frozen_time,
      );
      if (limit !== undefined && target > limit) {
        throw invalidRequest(
          'You can advance a test clock at most two intervals from its current frozen time, based on the shortest subscription interval.',
          { param: 'frozen_time' },
        );
      }
      clock.status = 'advancing';
      clock.status_details = { advancing: { target_frozen_time: target } };
      call.emit('test_helpers.test_clock.advancing', clock);
      const answer = structuredClone(clock);
      call.later(() => {
        advanceClock(call, clock, target);
        clock.status = 'ready';
        clock.status_details = {};
        call.emit('test_helpers.test_clock.ready', clock);
      });
      return answer;
    },
  ),

  route('DELETE', `${path}/:id`, kind, z.strictObject({}), (call, _parameters, id) => {
    const { account } = call;
    fetchObject(testClocks, account, id);
    for (const collection of [account.customers, account.subscriptions, account.invoices]) {
      for (const object of collection.newestFirst(({ test_clock }) => test_clock === id)) collection.delete(object.id);
    }
    account.testClocks.delete(id);
    call.emit('test_helpers.test_clock.deleted', { id, object: kind, deleted: true });
    return { id, object: kind, deleted: true };
  }),
];

/** Two intervals of the subscription that is billed most often. */
function furthest(subscriptions: readonly Parameters<typeof recurringOf>[0][], from: number): number | undefined {
  const limits = subscriptions
    .filter(({ status }) => ['active', 'trialing', 'past_due'].includes(status))
    .map((subscription) => {
      const recurring = recurringOf(subscription);
      return periodEnd(from, periodEnd(from, from, recurring), recurring);
    });
  return limits.length === 0 ? undefined : Math.min(...limits);
}
