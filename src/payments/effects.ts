import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { parseJson } from '../core/parse-json.ts';
import type { EventHook } from '../integrations/event-hooks.ts';
import { hooksFor } from '../integrations/event-hooks.ts';
import type { Integration } from '../integrations/integration.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { EffectOutcome, EventEffects } from '../webhooks/effects.ts';
import type { LoggedEvent } from '../webhooks/event-log.ts';
import type { EventLedger, NewEvent } from './event-ledger.ts';
import { readFacts } from './stripe-facts.ts';
import type { StripeEvent } from './stripe-objects.ts';
import { stripeEvent, thinEvent } from './stripe-objects.ts';

/** What a hook is told: an event that had its effect. */
export interface HookNote extends NewEvent {
  integration: string;
}

/**
 * Carries out one kind of hook. Called again for the same event only when the first call did not live to be marked as done: a second
 * call with the same claim must add nothing.
 */
export type HookRunner = (note: HookNote) => Promise<void>;

export interface PaymentEffectsOptions {
  events: EventLedger;
  integrations: Pick<Integrations, 'list'>;
  hooks: Readonly<Record<EventHook, HookRunner>>;
  log: Log;
}

/** Types that occur once per object: a second event of that kind about the same object tells nothing new, whatever its id. */
const ONCE = new Set([
  'payment_intent.succeeded',
  'payment_intent.canceled',
  'customer.subscription.created',
  'customer.subscription.deleted',
]);

/** Stripe's events applied to payments and subscriptions, each exactly once and in any order. */
export class PaymentEffects implements EventEffects {
  readonly #options: PaymentEffectsOptions;

  constructor(options: PaymentEffectsOptions) {
    this.#options = options;
  }

  async apply(delivery: LoggedEvent): Promise<EffectOutcome> {
    if (delivery.provider !== 'stripe') return ignored(undefined);
    if (!delivery.verdict.valid) return ignored('Not verified: an event that anybody could have sent has no effect.');
    const event = parseEvent(delivery.body);
    if (typeof event === 'string') return ignored(event);
    const integration = await this.#integrationOf(delivery, event);
    if (typeof integration === 'string') return ignored(integration);
    return this.#applyOnce(delivery.workspace, event, integration);
  }

  async #applyOnce(workspace: string, event: StripeEvent, integration: Integration): Promise<EffectOutcome> {
    const { name, config } = integration;
    const reading = readFacts(event, { workspace, integration: name, mode: config.mode });
    const hooks = hooksFor(config.settings, event.type);
    if (reading === undefined && hooks.length === 0) {
      return ignored(`${event.type} changes no payment and no subscription here.`);
    }
    const { subject, facts, note } = reading ?? { subject: event.id, facts: [], note: event.type };
    const { id: eventId, type, created } = event;
    const claim = ONCE.has(type) && reading !== undefined ? `${type} ${subject}` : eventId;
    const applied = { workspace, claim, eventId, type, subject, note, occurredAt: created * 1000 };
    const isFirst = await this.#options.events.apply(applied, facts, hooks);
    const open = await this.#runHooks({ ...applied, integration: name });
    const unfinished =
      open.length === 0 ? undefined : `Applied, but a hook failed and is still open: ${open.join(', ')}.`;
    return { result: isFirst ? 'applied' : 'already_applied', note, unfinished };
  }

  /** Those of this call, and those that an earlier one left open when it died. Answers with the names of those that failed. */
  async #runHooks(note: HookNote): Promise<string[]> {
    const { events, hooks, log } = this.#options;
    const failed: string[] = [];
    for (const name of await events.openHooks(note)) {
      const run = Object.entries(hooks).find(([known]) => known === name)?.[1];
      try {
        await run?.(note);
        await events.endHook(note, name);
      } catch (thrown) {
        // One that fails holds back no other.
        log.warn({ event: note.eventId, hook: name, cause: messageOf(thrown) }, 'a hook of an event failed');
        failed.push(name);
      }
    }
    return failed;
  }

  /**
   * The integration whose secret signed the event, or whose account it is about, among those of the event's own mode; or why there is
   * none. A secret that is configured for the other mode only vouches for nothing in this one.
   */
  async #integrationOf(delivery: LoggedEvent, event: StripeEvent): Promise<Integration | string> {
    const { reports } = await this.#options.integrations.list(delivery.workspace);
    const mode = event.livemode ? 'live' : 'test';
    const all = reports.map(({ integration }) => integration).filter(({ config }) => config.service === 'stripe');
    const { matchedSecret } = delivery.verdict;
    const signers = all.filter(({ config }) => config.webhookSecretEnvs.some((name) => name === matchedSecret));
    const pool = (signers.length > 0 ? signers : all).filter(({ config }) => config.mode === mode);
    const found = pool.find(({ config }) => config.settings['account'] === event.account) ?? pool[0];
    if (found !== undefined) return found;
    const isOfOther = all.some(({ config }) => config.mode === mode);
    if (isOfOther) return `A ${mode} event, signed with a secret that is configured for the other mode only.`;
    return `A ${mode} event, and no stripe integration of this workspace is in ${mode} mode for it.`;
  }
}

/** The event, or why its effects cannot be known. */
function parseEvent(body: Buffer): StripeEvent | string {
  const json = parseJson(body);
  const event = stripeEvent.safeParse(json);
  if (event.success) return event.data;
  const thin = thinEvent.safeParse(json);
  if (!thin.success) return 'Not an event of Stripe that can be read.';
  const { id, related_object: object } = thin.data;
  const about = object === undefined ? '' : ` (about ${object.id})`;
  return `A thin event of API v2: it carries no object${about}. Fetch ${id} at /v2/core/events, or let the endpoint receive snapshot events.`;
}

function ignored(note: string | undefined): EffectOutcome {
  return { result: 'ignored', note };
}
