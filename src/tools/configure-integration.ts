import * as z from 'zod';
import type { ProjectFolder } from '../core/project-folder.ts';
import { defineTool } from '../core/tool.ts';
import type { IntegrationInput } from '../integrations/configuration.ts';
import type { IntegrationReport } from '../integrations/integration-report.ts';
import type { Integrations } from '../integrations/integrations.ts';
import { MODES } from '../integrations/provider.ts';
import type { NewMemory } from '../memory/memory.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { loadDescription } from '../openapi/load-description.ts';
import { resilienceSchema } from '../resilience/resilience-settings.ts';
import { describeIntegration, integrationView } from '../views/integration-view.ts';

const { timeout_ms, deadline_ms } = resilienceSchema.shape;
/** Checked when it is saved: its whole schema would be paid for whenever the tools are listed. */
const limits = z.record(z.string(), z.unknown()).optional();

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
    .nullish()
    .describe('Loopback address of a simulator (test mode); for custom and embeddings any public https address'),
  openapi: z.string().optional().describe('For custom: an OpenAPI 3 description, its path in the project or its text'),
  mode: z.enum(MODES).optional().describe('test (default) or live; live also needs BREAKWATER_ALLOW_LIVE=1'),
  allow: z.array(z.string()).nullish().describe('Operations that may be called (default: all)'),
  caps: z
    .strictObject({
      max_amount: z.int().positive().optional().describe('Largest amount of one payment in minor units'),
      per_hour: z.int().positive().optional().describe('Writes per hour'),
    })
    .optional()
    .describe('Limits on what this integration may do, shared by every process'),
  timeout_ms,
  deadline_ms,
  retry: limits.describe('{max_attempts: 3, base_ms: 250, max_ms: 5000}: full jitter, only of what is safe to repeat'),
  breaker: limits.describe('{failure_threshold: 5, failure_rate: 0.5, break_ms: 1000, …}: docs/resilience.md'),
  rate_limit: limits.nullable().describe('{permits, per_ms, burst?}: shared by all processes (default none)'),
  bulkhead: limits.describe('{max_concurrent: 32, max_queued: 256} of one process'),
  classes: limits.describe('The limits above for one endpoint class: {read: {timeout_ms: 3000}}'),
  confirm_token: z.string().optional().describe('From a refused call'),
  remove: z.boolean().optional().describe('true removes the integration; ledgers and memories stay'),
});

const output = z.object({
  saved: z.boolean(),
  removed: z.boolean().optional(),
  integration: integrationView.optional(),
  memory_id: z.string().optional(),
});

type Deps = { integrations: Integrations; memory: MemoryStore; project: ProjectFolder };

export const configureIntegration = defineTool({
  name: 'configure_integration',
  title: 'Configure an integration',
  description:
    'Sets up, changes or removes a third-party service (Stripe, SendGrid, GitHub, Slack, …) for this workspace. Give NAMES of environment ' +
    'variables, never secret values: a value is refused. Only the arguments you give are changed; null unsets base_url, allow, rate_limit, a setting. Answers what was saved, which variables ' +
    'are set (fingerprint only), what is missing and warnings; the decision is kept as a memory for other agents.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run(args, { integrations, memory, project }: Deps, context) {
    const { workspace } = context.caller;
    const consent = (message: string, subject: unknown) =>
      context.confirm({ message, subject, token: args.confirm_token });
    if (args.remove) {
      const removed = await integrations.remove(workspace, args.service, args.name, consent);
      return { saved: false, removed };
    }
    const description = args.openapi === undefined ? undefined : await loadDescription(args.openapi, project);
    const wanted = { ...toInput(args), description };
    const report = await integrations.configure(workspace, args.service, args.name, wanted, consent);
    // The integration is saved whatever becomes of the note about it.
    const stored = await memory.store(decisionOf(report), context.caller).catch(() => undefined);
    return { saved: true, integration: describeIntegration(report), memory_id: stored?.memory.id };
  },
});

function toInput(args: z.output<typeof input>): IntegrationInput {
  const { timeout_ms, deadline_ms, retry, breaker, rate_limit, bulkhead, classes, caps } = args;
  const limits = { timeout_ms, deadline_ms, retry, breaker, rate_limit, bulkhead, classes };
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return {
    secretEnv: args.secret_env,
    secretEnvs: args.secret_envs,
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
        ...Object.keys(provider.api?.operations ?? {}).slice(0, 50),
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
