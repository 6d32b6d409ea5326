import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { defineTool } from '../core/tool.ts';
import type { ConfiguredWebhook, ConfiguredWebhooks } from '../integrations/configured-webhooks.ts';
import { findWebhook } from '../integrations/configured-webhooks.ts';
import type { NewMemory } from '../memory/memory.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { ListenerStatus, WebhookListener } from '../webhooks/listener/listener.ts';
import type { Route } from '../webhooks/listener/route.ts';

const routeInput = z.strictObject({
  path: z.string().describe('/stripe'),
  provider: z.string().describe('stripe'),
  secret_env: z.string().optional().describe("Default: the integration's"),
  forward_to: z.string().optional().describe('Your handler on loopback'),
  forward_unverified: z.boolean().optional().describe('These too, once'),
  public_url: z.string().optional().describe("The tunnel's origin"),
});

const input = z.strictObject({
  action: z.enum(['start', 'stop', 'status']).describe('What to do'),
  port: z.int().min(0).max(65535).optional().describe('0: a free one. Default: the last, else 4747'),
  routes: z
    .array(routeInput)
    .max(50)
    .optional()
    .describe('Replaces the earlier ones. Default: those, and /<provider> for each set secret'),
});

const output = z.object({
  state: z.enum(['running', 'running_elsewhere', 'stopped']),
  url: z.string().optional(),
  routes: z.array(z.record(z.string(), z.unknown())),
  memory_id: z.string().optional(),
});

interface Deps {
  listener: WebhookListener;
  webhooks: ConfiguredWebhooks;
  secrets: Secrets;
  memory: MemoryStore;
}

export const webhookListener = defineTool({
  name: 'webhook_listener',
  title: 'Receive webhooks on this machine',
  description:
    'Listens on 127.0.0.1: verifies the raw bytes, stores each event once, answers 2xx, then applies it and forwards the same bytes ' +
    'with retries. One port for all sessions; another takes over when its owner exits. Returns state, url and routes[]. ' +
    'Events: list_webhook_events.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run({ action, port, routes }, deps: Deps, { caller }) {
    const { listener, webhooks, secrets, memory } = deps;
    const known = await webhooks.list(caller.workspace);
    if (action !== 'start') {
      return describe(action === 'stop' ? await listener.stop() : await listener.status(), known, secrets);
    }
    const wanted = routes?.map((route) => toRoute(caller.workspace, route, known));
    const served = wanted ?? defaultRoutes(caller.workspace, (await listener.status()).routes, known, secrets);
    const answer = describe(await listener.start(port, served), known, secrets);
    // It listens whatever becomes of the note about it.
    const stored = await memory.store(noteOf(answer), caller).catch(() => undefined);
    return { ...answer, memory_id: stored?.memory.id };
  },
});

function toRoute(
  workspace: string,
  given: z.output<typeof routeInput>,
  known: ReadonlyMap<string, ConfiguredWebhook>,
): Route {
  findWebhook(known, given.provider);
  return {
    workspace,
    path: given.path,
    provider: given.provider,
    secretEnv: given.secret_env,
    forwardTo: given.forward_to,
    forwardUnverified: given.forward_unverified ?? false,
    publicUrl: given.public_url,
  };
}

/** The saved ones, and one for every provider whose secret is at hand and that has none. */
function defaultRoutes(
  workspace: string,
  saved: readonly Route[],
  known: ReadonlyMap<string, ConfiguredWebhook>,
  secrets: Secrets,
): Route[] {
  const routes = saved.filter(({ provider }) => known.has(provider));
  for (const [provider, { secretNames }] of known) {
    const isServed = routes.some((route) => route.provider === provider || route.path === `/${provider}`);
    if (isServed || !secretNames.some((name) => secrets.get(name) !== undefined)) continue;
    routes.push(toRoute(workspace, { path: `/${provider}`, provider }, known));
  }
  if (routes.length > 0) return routes;
  throw new AppError('not_configured', 'There is no provider whose webhook secret is set.', {
    hint: 'Set its variable (STRIPE_WEBHOOK_SECRET, …) in the environment of this server, or give routes.',
  });
}

function describe(
  { state, port, routes }: ListenerStatus,
  known: ReadonlyMap<string, ConfiguredWebhook>,
  secrets: Secrets,
) {
  return {
    state,
    url: port === undefined ? undefined : `http://127.0.0.1:${port}`,
    routes: routes.map((route) => {
      const names = route.secretEnv === undefined ? known.get(route.provider)?.secretNames : [route.secretEnv];
      return {
        path: route.path,
        provider: route.provider,
        secret_env: names,
        secret_set: names?.some((name) => secrets.get(name) !== undefined) ?? false,
        forward_to: route.forwardTo,
        forward_unverified: route.forwardUnverified || undefined,
        public_url: route.publicUrl,
      };
    }),
  };
}

/** What other agents find when they look for where webhooks arrive. */
function noteOf({ url, routes }: ReturnType<typeof describe>): NewMemory {
  return {
    content: JSON.stringify({ agent: 'breakwater', action: 'webhook_listener_started', url, routes }),
    summary: `Webhooks are received at ${url}: ${routes.map(({ path }) => path).join(', ')}`,
    contextType: 'decision',
    category: 'backend',
    tags: ['integration', 'webhooks', 'listener'],
    importance: 5,
    isGlobal: false,
  };
}
