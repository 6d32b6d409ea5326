import { AppError } from '../core/errors.ts';
import type { Caller } from '../core/tool.ts';
import { recentMemoriesResource } from '../resources/recent-memories.ts';
import type { ResourceDeps } from '../resources/registry.ts';
import { breakerKeys } from '../tools/breaker-status.ts';
import { describeBreaker } from '../views/breaker-view.ts';
import { describeHealth } from '../views/health-view.ts';
import { describeIntegration } from '../views/integration-view.ts';
import { describeLedger, describePayment } from '../views/payment-view.ts';
import { describeSubscription, describeSubscriptionLedger } from '../views/subscription-view.ts';
import { describeEvent, describeWholeEvent } from '../views/webhook-event-view.ts';

const LISTED = 100;
/** As many as are kept of each breaker. */
const TRANSITIONS = 100;

/** What the page shows whole. Everything is read from the database: no service is asked. */
export const lists = {
  async integrations({ integrations, ...sources }: ResourceDeps, { workspace }: Caller) {
    const { reports, broken } = await integrations.list(workspace);
    const shown = reports.map(async (report) => ({
      ...describeIntegration(report),
      ...(await describeHealth(report, sources)),
    }));
    return { integrations: await Promise.all(shown), broken: broken.map(({ name, problems }) => ({ name, problems })) };
  },

  async breakers({ integrations, breakers }: ResourceDeps, { workspace }: Caller) {
    const keys = await breakerKeys(integrations, breakers, workspace);
    const statuses = await Promise.all(keys.map((key) => breakers.status(key, TRANSITIONS)));
    return { breakers: statuses.map(describeBreaker) };
  },

  async payments({ payments }: ResourceDeps, { workspace }: Caller) {
    return { payments: (await payments.list(workspace, LISTED)).map(describePayment) };
  },

  async subscriptions({ subscriptions }: ResourceDeps, { workspace }: Caller) {
    return { subscriptions: (await subscriptions.list(workspace, LISTED)).map(describeSubscription) };
  },
} satisfies Record<string, (deps: ResourceDeps, caller: Caller) => Promise<object>>;

/** What is known here of one of them, by its id. */
export const details = {
  async events(id: string, { events, secrets }: ResourceDeps, { workspace }: Caller) {
    const event = await events.get(workspace, id);
    if (event === undefined) throw new AppError('not_found', 'This event is not in the log, or no longer.');
    return describeWholeEvent(event, await events.attempts(workspace, id), secrets.mask);
  },

  async payments(id: string, { payments }: ResourceDeps, { workspace }: Caller) {
    const view = await payments.ledgerView(workspace, id);
    return { payment: view.payment && describePayment(view.payment), ledger: describeLedger(view) };
  },

  async subscriptions(id: string, { subscriptions }: ResourceDeps, { workspace }: Caller) {
    return describeSubscriptionLedger(await subscriptions.ledgerView(workspace, id));
  },
} satisfies Record<string, (id: string, deps: ResourceDeps, caller: Caller) => Promise<object>>;

type Version = (deps: ResourceDeps, caller: Caller) => Promise<string>;

const versionOf =
  (list: (deps: ResourceDeps, caller: Caller) => Promise<unknown>): Version =>
  async (deps, caller) =>
    JSON.stringify(await list(deps, caller));

/** Texts that change when what the page shows does, by the name under which it asks to be told. */
export const versions: Readonly<Record<string, Version>> = {
  integrations: versionOf(lists.integrations),
  // Waiting times shrink all the time: the states tell.
  breakers: versionOf(async (deps, caller) => {
    const { breakers } = await lists.breakers(deps, caller);
    return breakers.map(({ retry_after_ms: _, ...breaker }) => breaker);
  }),
  payments: versionOf(lists.payments),
  subscriptions: versionOf(lists.subscriptions),
  events: versionOf(async ({ events }, { workspace }) =>
    (await events.list(workspace, { limit: LISTED })).map(describeEvent),
  ),
  memories: async (deps, caller) => (await recentMemoriesResource.version?.('', deps, caller)) ?? '',
};
