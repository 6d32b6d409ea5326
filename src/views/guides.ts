import * as z from 'zod';
import { ERROR_CODES, isRetryable } from '../core/errors.ts';
import type { Toolset } from '../core/toolset.ts';
import type { Provider } from '../integrations/provider.ts';
import { resilienceSchema, resolveResilience } from '../resilience/resilience-settings.ts';
import { ERROR_GUIDE, OUTCOME_GUIDE } from './error-guide.ts';

export interface Guide {
  topic: string;
  title: string;
  /** The set of tools that it is about; undefined where it is about all. */
  toolset: Toolset | undefined;
  build(): unknown;
}

/** Everything that can be looked up, from the same data that the code runs on. */
export function buildGuides(providers: readonly Provider[]): Guide[] {
  return [
    {
      topic: 'errors',
      title: 'Error codes: what they mean and what to do next',
      toolset: undefined,
      build: buildErrors,
    },
    {
      topic: 'resilience',
      title: 'Resilience settings and their defaults',
      toolset: 'resilience',
      build: buildResilience,
    },
    ...providers.filter(({ webhook }) => webhook?.scheme !== undefined).map(webhookGuide),
  ];
}

function buildErrors() {
  return {
    shape: '{code, message, hint, retryable, retry_after_ms, outcome, details}',
    outcome: OUTCOME_GUIDE,
    codes: ERROR_CODES.map((code) => ({ code, retryable: isRetryable(code), ...ERROR_GUIDE[code] })),
  };
}

function buildResilience() {
  const { $schema, ...schema } = z.toJSONSchema(resilienceSchema, { io: 'input' });
  return {
    use: 'Arguments of configure_integration; "classes" overrides them for one endpoint class (read, write).',
    // Infinity, which JSON has not, means that slowness alone never opens the breaker.
    defaults: resolveResilience({}),
    schema,
  };
}

function webhookGuide({ service, title, docs, webhook }: Provider): Guide {
  return {
    topic: `webhooks-${service}`,
    title: `Webhooks of ${title}`,
    toolset: 'webhooks',
    build: () => ({
      provider: service,
      documentation: docs,
      secret_env: webhook?.defaultSecretEnv,
      signature: webhook?.scheme,
      challenge: webhook?.challenge !== undefined,
      events: Object.entries(webhook?.events?.types ?? {}).map(([type, { about }]) => ({ type, about })),
      example: `sign_webhook with provider "${service}" and one of these event types gives headers, body and a curl line.`,
    }),
  };
}
