import type { Offer, Toolset } from '../core/toolset.ts';

/** Every tool is in exactly one set. */
export const TOOLSET_MEMBERS: Readonly<Record<Toolset, readonly string[]>> = {
  integrations: ['configure_integration', 'list_integrations', 'read_api', 'call_api'],
  payments: [
    'create_payment_intent',
    'retrieve_payment_intent',
    'update_payment_intent',
    'refund_payment',
    'send_email',
  ],
  resilience: ['breaker_status', 'control_breaker'],
  webhooks: ['verify_webhook', 'sign_webhook', 'webhook_listener', 'list_webhook_events', 'replay_webhook'],
  code: ['simulate_service', 'detect_repository', 'scaffold_integration', 'check_integration'],
  memory: ['store_memory', 'search_memories', 'get_memory', 'update_memory', 'delete_memory', 'link_memories'],
};

/** The tools of an offer, in their order. */
export function offeredTools<T extends { name: string; effect: string }>(
  all: readonly T[],
  offer: Offer,
): readonly T[] {
  const names = offer.toolsets && new Set(offer.toolsets.flatMap((toolset) => TOOLSET_MEMBERS[toolset]));
  return all.filter(({ name, effect }) => (names?.has(name) ?? true) && (!offer.readOnly || effect === 'read'));
}
