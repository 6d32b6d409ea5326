import { AppError } from '../core/errors.ts';
import type { WebhookScheme } from '../webhooks/scheme.ts';
import type { Integrations } from './integrations.ts';
import type { ProviderWebhook } from './provider.ts';

/** What is known of one provider's webhooks in a workspace. */
export interface ConfiguredWebhook
  extends Pick<ProviderWebhook, 'events' | 'challenge' | 'occurrence' | 'answerWithinS'> {
  readonly scheme: WebhookScheme;
  /** Names of the environment variables that hold the secrets: those configured first, then the default. */
  readonly secretNames: readonly string[];
}

/** The webhooks that a workspace can verify and sign. */
export interface ConfiguredWebhooks {
  /** By service; for services of the user's own by the name of the integration. */
  list(workspace: string): Promise<ReadonlyMap<string, ConfiguredWebhook>>;
}

export class IntegrationWebhooks implements ConfiguredWebhooks {
  readonly #integrations: Integrations;

  constructor(integrations: Integrations) {
    this.#integrations = integrations;
  }

  async list(workspace: string): Promise<ReadonlyMap<string, ConfiguredWebhook>> {
    const { reports } = await this.#integrations.list(workspace);
    const found = new Map<string, ConfiguredWebhook>();
    for (const { service, webhook } of this.#integrations.providers) {
      if (webhook?.scheme === undefined) continue;
      const named = reports.flatMap(({ integration: { config } }) =>
        config.service === service ? config.webhookSecretEnvs : [],
      );
      const secretNames = [...new Set([...named, webhook.defaultSecretEnv])];
      found.set(service, { ...webhook, scheme: webhook.scheme, secretNames });
    }
    for (const { integration } of reports) {
      const { webhookScheme, webhookSecretEnvs } = integration.config;
      // A name of its own cannot stand for a known service.
      if (webhookScheme === undefined || found.has(integration.name)) continue;
      found.set(integration.name, { scheme: webhookScheme, secretNames: webhookSecretEnvs });
    }
    return found;
  }
}

/** The webhooks of a provider by name; `invalid_input` lists the known ones. */
export function findWebhook(known: ReadonlyMap<string, ConfiguredWebhook>, provider: string): ConfiguredWebhook {
  const webhook = known.get(provider);
  if (webhook !== undefined) return webhook;
  throw new AppError('invalid_input', 'No webhook scheme is known for this provider.', {
    hint: `Use one of: ${[...known.keys()].join(', ')}; or configure_integration with service "custom" and webhook_scheme.`,
  });
}
