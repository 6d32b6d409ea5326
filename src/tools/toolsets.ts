import type { ListedTool } from '../core/listed-tool.ts';
import type { Tool } from '../core/tool.ts';
import type { Offer, Toolset } from '../core/toolset.ts';
import type { ToolDeps } from './registry.ts';

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

/** The tools that a server offers, in their order. */
export interface OfferedTools<Deps> {
  /** As clients are told of them. Needs no schema: those of all tools are built with the first call. */
  list(): Promise<readonly ListedTool[]>;
  load(): Promise<readonly Tool<Deps>[]>;
}

export function offerTools({ toolsets, readOnly }: Offer): OfferedTools<ToolDeps> {
  const names = toolsets && new Set(toolsets.flatMap((toolset) => TOOLSET_MEMBERS[toolset]));
  const isOffered = (name: string, isRead: boolean) => (names?.has(name) ?? true) && (!readOnly || isRead);
  let loaded: readonly Tool<ToolDeps>[] | undefined;
  return {
    async list() {
      const { default: all } = await import('./tool-list.json', { with: { type: 'json' } });
      return all.filter(({ name, annotations }) => isOffered(name, annotations.readOnlyHint));
    },
    async load() {
      if (loaded !== undefined) return loaded;
      const { tools } = await import('./registry.ts');
      loaded = tools.filter(({ name, effect }) => isOffered(name, effect === 'read'));
      return loaded;
    },
  };
}
