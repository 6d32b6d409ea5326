import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { defineTool } from '../core/tool.ts';
import type { IntegrationInput } from '../integrations/configuration.ts';
import type { IntegrationReport, Integrations } from '../integrations/integrations.ts';
import { MODES } from '../integrations/provider.ts';
import type { MemoryStore, NewMemory } from '../memory/memory-store.ts';
import { resilienceSchema } from '../resilience/resilience-settings.ts';
import { describeIntegration, integrationView } from '../views/integration-view.ts';

const { timeout_ms, deadline_ms, retry, breaker, rate_limit, bulkhead } = resilienceSchema.shape;

const input = z.strictObject({
  service: z
    .string()
    .max(64)
    .describe('stripe, sendgrid, github, …, embeddings or custom; list_integrations shows what each offers'),
  name: z.string().max(64).optional().describe('Name of this integration (default: the service)'),
  secret_env: z
    .string()
    .max(256)
    .optional()
    .describe('NAME of the environment variable that holds the API key, never the key'),
  secret_envs: z
    .record(z.string(), z.string().max(256))
    .optional()
    .describe('Variable names by secret role, where a provider needs several'),
  webhook_secret_env: z
    .union([z.string().max(256), z.array(z.string().max(256)).min(1).max(8)])
    .optional()
    .describe('NAME of the variable with the webhook signing secret; several during rotation'),
  webhook_scheme: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('How the webhooks of service "custom" are signed; shape in docs/webhooks.md'),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Settings of the provider, e.g. {"account": "acct_…"} for stripe'),
  base_url: z
    .string()
    .max(2048)
    .optional()
    .describe('Loopback address of a simulator (test mode); for embeddings any public https host or Ollama'),
  mode: z.enum(MODES).optional().describe('test (default) or live; live also needs BREAKWATER_ALLOW_LIVE=1'),
  allow: z.array(z.string()).optional().describe('Operations that may be called (default: all)'),
  caps: z
    .strictObject({
      max_amount: z.int().positive().optional().describe('Largest amount of one payment in minor units'),
      per_hour: z.int().positive().optional().describe('Writes per hour'),
    })
    .optional()
    .describe('Limits on what this integration may do, shared by every process'),
  timeout_ms,
  deadline_ms,
  retry,
  breaker,
  rate_limit,
  bulkhead,
  classes: z
    .record(z.string().max(64), z.record(z.string(), z.unknown()))
    .optional()
    .describe('The limits above for one endpoint class: {"read": {"timeout_ms": 3000}}'),
  remove: z.boolean().optional().describe('true removes the integration; ledgers and memories stay'),
});

const output = z.object({
  saved: z.boolean(),
  removed: z.boolean().optional(),
  integration: integrationView.optional(),
  memory_id: z.string().optional(),
});

type Deps = { integrations: Integrations; memory: MemoryStore };

export const configureIntegration = defineTool({
  name: 'configure_integration',
  title: 'Configure an integration',
  description:
    'Sets up, changes or removes a third-party service (Stripe, SendGrid, GitHub, Slack, …) for this workspace. Give NAMES of environment ' +
    'variables, never secret values: a value is refused. Only the arguments you give are changed. Answers what was saved, which variables ' +
    'are set (fingerprint only), what is missing and warnings; the decision is kept as a memory for other agents.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run(args, { integrations, memory }: Deps, context) {
    const { workspace } = context.caller;
    if (args.remove) {
      const removed = await integrations.remove(workspace, args.service, args.name);
      return { saved: false, removed };
    }
    const report = await integrations.configure(workspace, args.service, args.name, toInput(args, integrations));
    // The integration is saved whatever becomes of the note about it.
    const stored = await memory.store(decisionOf(report), context.caller).catch(() => undefined);
    return { saved: true, integration: describeIntegration(report), memory_id: stored?.memory.id };
  },
});

function toInput(args: z.output<typeof input>, integrations: Integrations): IntegrationInput {
  const { timeout_ms, deadline_ms, retry, breaker, rate_limit, bulkhead, classes, caps } = args;
  const limits = { timeout_ms, deadline_ms, retry, breaker, rate_limit, bulkhead, classes };
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return {
    secretEnvs: secretEnvs(args, integrations),
    webhookSecretEnvs: args.webhook_secret_env === undefined ? undefined : [args.webhook_secret_env].flat(),
    webhookScheme: args.webhook_scheme,
    settings: args.settings,
    baseUrl: args.base_url,
    mode: args.mode,
    allow: args.allow,
    caps: caps && {
      ...(caps.max_amount === undefined ? {} : { maxAmountMinor: caps.max_amount }),
      ...(caps.per_hour === undefined ? {} : { writesPerHour: caps.per_hour }),
    },
    resilience: Object.fromEntries(given),
  };
}

function secretEnvs(args: z.output<typeof input>, integrations: Integrations): Record<string, string> | undefined {
  if (args.secret_env === undefined) return args.secret_envs;
  const [role, ...others] = integrations.provider(args.service).api?.secrets ?? [];
  if (role === undefined || others.length > 0) {
    throw new AppError('invalid_input', `secret_env does not fit ${args.service}.`, {
      hint:
        role === undefined
          ? 'It is known for its webhooks only: use webhook_secret_env.'
          : 'Use secret_envs with a variable for each role.',
    });
  }
  return { ...args.secret_envs, [role.role]: args.secret_env };
}

/** What other agents find when they search for earlier integration work. */
function decisionOf({ integration, provider, missing }: IntegrationReport): NewMemory {
  const { name, config } = integration;
  return {
    content: JSON.stringify({
      agent: 'breakwater',
      action: 'integration_configured',
      service: config.service,
      integration: name,
      mode: config.mode,
      features: [
        ...Object.keys(provider.api?.operations ?? {}),
        ...(provider.webhook === undefined ? [] : ['webhooks']),
      ],
      variables: [...Object.values(config.secretEnvs), ...config.webhookSecretEnvs],
      status: missing.length === 0 ? 'complete' : 'incomplete',
      missing,
    }),
    summary: `External API integration: ${provider.title} configured as "${name}" in ${config.mode} mode`,
    contextType: 'decision',
    category: 'backend',
    tags: ['integration', config.service, 'webhooks'],
    importance: 6,
    isGlobal: false,
  };
}
