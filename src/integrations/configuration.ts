import { AppError } from '../core/errors.ts';
import { isLoopbackUrl } from '../core/loopback.ts';
import { isEnvName } from '../core/secrets.ts';
import { mergeResilience, resilienceConflict, resilienceSchema } from '../resilience/resilience-settings.ts';
import { customWebhookScheme } from '../webhooks/custom-scheme.ts';
import { assertEgress } from './egress.ts';
import type { IntegrationConfig } from './integration.ts';
import type { Mode, Provider } from './provider.ts';

/** What a user says about an integration; what is left out keeps its saved value or the default. */
export interface IntegrationInput {
  secretEnvs?: Readonly<Record<string, string>> | undefined;
  webhookSecretEnvs?: readonly string[] | undefined;
  settings?: Readonly<Record<string, unknown>> | undefined;
  baseUrl?: string | undefined;
  mode?: Mode | undefined;
  allow?: readonly string[] | undefined;
  caps?: IntegrationConfig['caps'];
  resilience?: IntegrationConfig['resilience'] | undefined;
  /** Checked here; for services without a scheme of their own. */
  webhookScheme?: unknown;
}

/** The configuration that results, or `invalid_input` / `not_allowed` with the rule that it breaks. Nothing is saved here. */
export function buildConfig(
  provider: Provider,
  saved: IntegrationConfig | undefined,
  input: IntegrationInput,
): IntegrationConfig {
  const mode = input.mode ?? saved?.mode ?? 'test';
  const baseUrl = input.baseUrl ?? saved?.baseUrl;
  const allow = input.allow ?? saved?.allow;
  const caps = input.caps === undefined ? saved?.caps : { ...saved?.caps, ...input.caps };
  checkBaseUrl(provider, mode, baseUrl);
  checkAllow(provider, allow);
  return {
    service: provider.service,
    mode,
    secretEnvs: buildSecretEnvs(provider, { ...saved?.secretEnvs, ...input.secretEnvs }),
    webhookSecretEnvs: buildWebhookEnvs(provider, input.webhookSecretEnvs ?? saved?.webhookSecretEnvs),
    settings: buildSettings(provider, { ...saved?.settings, ...input.settings }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(allow === undefined ? {} : { allow: [...allow] }),
    ...(caps === undefined ? {} : { caps }),
    resilience: buildResilience(provider, mergeResilience(saved?.resilience ?? {}, input.resilience ?? {})),
    ...buildWebhookScheme(provider, input.webhookScheme ?? saved?.webhookScheme),
  };
}

/** The rule that a saved configuration breaks, or undefined: a file can be edited by hand, and rules change between versions. */
export function configProblem(provider: Provider, saved: IntegrationConfig): string | undefined {
  try {
    buildConfig(provider, saved, {});
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.message;
    throw thrown;
  }
}

function buildSecretEnvs(provider: Provider, named: Readonly<Record<string, string>>): Record<string, string> {
  const roles = provider.api?.secrets ?? [];
  const unknown = Object.keys(named).filter((role) => !roles.some((known) => known.role === role));
  if (unknown.length > 0) {
    throw new AppError('invalid_input', `${provider.title} has no secret called ${unknown.join(', ')}.`, {
      hint:
        roles.length === 0
          ? 'It is known for its webhooks only: use webhook_secret_env.'
          : `Use: ${roles.map(({ role }) => role).join(', ')}.`,
    });
  }
  return Object.fromEntries(roles.map(({ role, defaultEnv }) => [role, checkEnvName(named[role] ?? defaultEnv)]));
}

function buildWebhookEnvs(provider: Provider, named: readonly string[] | undefined): string[] {
  const defaults = provider.webhook === undefined ? [] : [provider.webhook.defaultSecretEnv];
  return (named ?? defaults).map(checkEnvName);
}

function buildWebhookScheme(
  { title, webhook }: Provider,
  described: unknown,
): Pick<IntegrationConfig, 'webhookScheme'> {
  const isOwn = webhook !== undefined && webhook.scheme === undefined;
  if (!isOwn && described === undefined) return {};
  const parsed = isOwn ? customWebhookScheme.safeParse(described ?? {}) : undefined;
  if (parsed?.success) return { webhookScheme: parsed.data };
  throw new AppError('invalid_input', `This webhook_scheme does not fit ${title}.`, {
    hint: isOwn
      ? 'docs/webhooks.md shows the shape and an example.'
      : 'Leave it out: how that service signs is known. For another service use custom.',
    details: { problems: parsed?.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [] },
  });
}

function checkEnvName(name: string): string {
  if (isEnvName(name)) return name;
  throw new AppError('invalid_input', 'That is not the name of an environment variable.', {
    hint: 'Give the name, for instance STRIPE_SECRET_KEY, never the value. The value stays in the environment of the server.',
  });
}

function buildSettings(provider: Provider, settings: Record<string, unknown>): Record<string, unknown> {
  const parsed = provider.api?.settings.safeParse(settings);
  if (parsed?.success) return parsed.data;
  if (parsed === undefined && Object.keys(settings).length === 0) return {};
  const problems = parsed?.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
  const known = Object.keys(provider.api?.settings.shape ?? {}).join(', ') || 'none';
  throw new AppError('invalid_input', `These settings do not fit ${provider.title}.`, {
    hint: `Settings of ${provider.title}: ${known}.`,
    details: { problems: problems ?? ['no settings are known'] },
  });
}

/** A key goes to its provider or to a simulator on this machine and nowhere else, whoever asks for it. */
function checkBaseUrl(provider: Provider, mode: Mode, baseUrl: string | undefined): void {
  if (baseUrl === undefined) return;
  const url = URL.parse(baseUrl);
  if (url === null)
    throw new AppError('invalid_input', 'base_url is not a URL.', { hint: 'For instance http://127.0.0.1:12111.' });
  assertEgress(url, mode === 'test');
  const own = provider.api?.baseUrl;
  if (provider.api?.isSelfHosted || isLoopbackUrl(url) || (own !== undefined && url.host === new URL(own).host)) return;
  throw new AppError('not_allowed', `base_url points to a host that is not ${provider.title}'s.`, {
    hint: `Leave it out to use ${own ?? 'the default'}, or use a loopback address in test mode.`,
  });
}

function checkAllow(provider: Provider, allow: readonly string[] | undefined): void {
  const known = Object.keys(provider.api?.operations ?? {});
  const unknown = (allow ?? []).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new AppError('invalid_input', `${provider.title} has no operation called ${unknown.join(', ')}.`, {
    hint: `Operations: ${known.join(', ') || 'none'}.`,
  });
}

function buildResilience(provider: Provider, input: unknown): IntegrationConfig['resilience'] {
  const parsed = resilienceSchema.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new AppError('invalid_input', `The limits are not valid: ${problems.join('; ')}.`, {
      hint: 'docs/resilience.md lists them with their defaults.',
    });
  }
  const known = new Set(Object.values(provider.api?.operations ?? {}).map((operation) => operation.class as string));
  const unknown = Object.keys(parsed.data.classes ?? {}).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new AppError('invalid_input', `${provider.title} has no endpoint class ${unknown.join(', ')}.`, {
      hint: `Classes: ${[...known].sort().join(', ') || 'none'}.`,
    });
  }
  const conflict = resilienceConflict(parsed.data);
  if (conflict !== undefined) throw new AppError('invalid_input', conflict, { hint: 'Change one of the two.' });
  return parsed.data;
}
