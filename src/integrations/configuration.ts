import { AppError } from '../core/errors.ts';
import { isLoopbackUrl } from '../core/loopback.ts';
import { isEnvName } from '../core/secrets.ts';
import type { ApiDescription } from '../openapi/api-description.ts';
import { customWebhookScheme } from '../webhooks/custom-scheme.ts';
import { buildResilience, withoutNulls } from './configured-limits.ts';
import { assertEgress } from './egress.ts';
import type { IntegrationConfig } from './integration.ts';
import { ALLOWED_PATH } from './integration.ts';
import type { LoadedProvider, Mode, Provider } from './provider.ts';

/** What a user says about an integration; what is left out keeps its saved value or the default, null takes the saved value away. */
export interface IntegrationInput {
  /** The variable of the only secret. */
  secretEnv?: string | undefined;
  secretEnvs?: Readonly<Record<string, string>> | undefined;
  webhookSecretEnvs?: readonly string[] | undefined;
  settings?: Readonly<Record<string, unknown>> | undefined;
  baseUrl?: string | null | undefined;
  /** How to call a service of the user's own; kept under `openapi`, which names it. */
  description?: ApiDescription | undefined;
  openapi?: IntegrationConfig['openapi'];
  mode?: Mode | undefined;
  allow?: readonly string[] | null | undefined;
  caps?: IntegrationConfig['caps'];
  /** Checked here. */
  resilience?: Readonly<Record<string, unknown>> | undefined;
  /** Checked here; for services without a scheme of their own. */
  webhookScheme?: unknown;
}

/** The configuration that results, or `invalid_input` / `not_allowed` with the rule that it breaks. Nothing is saved here. */
export function buildConfig(
  provider: LoadedProvider,
  saved: IntegrationConfig | undefined,
  input: IntegrationInput,
): IntegrationConfig {
  const mode = input.mode ?? saved?.mode ?? 'test';
  const baseUrl = keepOrUnset(input.baseUrl, saved?.baseUrl);
  const allow = keepOrUnset(input.allow, saved?.allow);
  const settings = buildSettings(provider, { ...saved?.settings, ...input.settings });
  checkBaseUrl(provider, mode, baseUrl, settings);
  checkAllow(provider, allow);
  return {
    service: provider.service,
    mode,
    secretEnvs: buildSecretEnvs(provider, saved?.secretEnvs ?? {}, {
      ...onlySecret(provider, input),
      ...input.secretEnvs,
    }),
    settings,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(allow === undefined ? {} : { allow: [...allow] }),
    ...buildCaps(saved?.caps, input.caps),
    ...buildOpenapi(input.openapi ?? saved?.openapi),
    resilience: buildResilience(provider, saved?.resilience ?? {}, input.resilience ?? {}),
    ...buildWebhooks(provider, {
      webhookSecretEnvs: input.webhookSecretEnvs ?? saved?.webhookSecretEnvs,
      webhookScheme: input.webhookScheme ?? saved?.webhookScheme,
    }),
  };
}

/** The rule that a saved configuration breaks, or undefined: a file can be edited by hand, and rules change between versions. */
export function configProblem(provider: LoadedProvider, saved: IntegrationConfig): string | undefined {
  try {
    buildConfig(provider, saved, {});
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.message;
    throw thrown;
  }
}

/** Roles that a provider no longer has are dropped from what was saved; in what a user says now they are mistakes. */
function buildSecretEnvs(
  provider: Provider,
  saved: Readonly<Record<string, string>>,
  named: Readonly<Record<string, string>>,
): Record<string, string> {
  const roles = provider.api?.secrets ?? [];
  const unknown = Object.keys(named).filter((role) => !roles.some((known) => known.role === role));
  if (unknown.length > 0) {
    throw new AppError('invalid_input', `${provider.title} has no secret called ${unknown.join(', ')}.`, {
      hint: roles.length === 0 ? NO_SECRETS : `Use: ${roles.map(({ role }) => role).join(', ')}.`,
    });
  }
  const all = { ...saved, ...named };
  return Object.fromEntries(roles.map(({ role, defaultEnv }) => [role, checkEnvName(all[role] ?? defaultEnv)]));
}

const NO_SECRETS =
  'No key is needed to call it: use webhook_secret_env for its webhooks, or give a custom service its base_url first.';

function onlySecret(provider: Provider, { secretEnv }: IntegrationInput): Record<string, string> {
  if (secretEnv === undefined) return {};
  const [role, ...others] = provider.api?.secrets ?? [];
  if (role !== undefined && others.length === 0) return { [role.role]: secretEnv };
  throw new AppError('invalid_input', `secret_env does not fit ${provider.title}.`, {
    hint:
      role === undefined
        ? NO_SECRETS
        : `Use secret_envs with a variable for each role: ${[role, ...others].map((one) => one.role).join(', ')}.`,
  });
}

/** How webhooks come: by a known scheme, by the user's own, or not at all where a service is only called. */
function buildWebhooks(
  provider: Provider,
  { webhookSecretEnvs: named, webhookScheme: described }: Pick<IntegrationInput, 'webhookSecretEnvs' | 'webhookScheme'>,
): Pick<IntegrationConfig, 'webhookSecretEnvs' | 'webhookScheme'> {
  const { webhook } = provider;
  const isOwn = webhook !== undefined && webhook.scheme === undefined;
  if (isOwn && described === undefined && provider.api !== undefined) {
    return { webhookSecretEnvs: (named ?? []).map(checkEnvName) };
  }
  const webhookSecretEnvs = (named ?? (webhook === undefined ? [] : [webhook.defaultSecretEnv])).map(checkEnvName);
  return { webhookSecretEnvs, ...buildWebhookScheme(provider, isOwn, described) };
}

function buildWebhookScheme(
  { title }: Provider,
  isOwn: boolean,
  described: unknown,
): Pick<IntegrationConfig, 'webhookScheme'> {
  if (!isOwn && described === undefined) return {};
  const parsed = isOwn ? customWebhookScheme.safeParse(described ?? {}) : undefined;
  if (parsed?.success) return { webhookScheme: parsed.data };
  throw new AppError('invalid_input', `This webhook_scheme does not fit ${title}.`, {
    hint: isOwn
      ? 'docs/webhooks.md shows the shape and an example. To call the service give base_url or openapi.'
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

function keepOrUnset<T>(given: T | null | undefined, saved: T | undefined): T | undefined {
  return given === null ? undefined : (given ?? saved);
}

function buildSettings(provider: Provider, merged: Record<string, unknown>): Record<string, unknown> {
  const settings = withoutNulls(merged);
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
function checkBaseUrl(
  provider: Provider,
  mode: Mode,
  baseUrl: string | undefined,
  settings: Readonly<Record<string, unknown>>,
): void {
  if (baseUrl === undefined) return;
  const url = URL.parse(baseUrl);
  if (url === null)
    throw new AppError('invalid_input', 'base_url is not a URL.', { hint: 'For instance http://127.0.0.1:12111.' });
  assertEgress(url, mode === 'test');
  const own = provider.api?.baseUrlFor?.(settings) ?? provider.api?.baseUrl;
  if (provider.api?.isSelfHosted || isLoopbackUrl(url) || (own !== undefined && url.host === new URL(own).host)) return;
  throw new AppError('not_allowed', `base_url points to a host that is not ${provider.title}'s.`, {
    hint: `Leave it out to use ${own ?? 'the default'}, or use a loopback address in test mode.`,
  });
}

function checkAllow(provider: LoadedProvider, allow: readonly string[] | undefined): void {
  const known = Object.keys(provider.api?.operations ?? {});
  const unknown = (allow ?? []).filter((name) => !known.includes(name) && !ALLOWED_PATH.test(name));
  if (unknown.length === 0) return;
  throw new AppError('invalid_input', `${provider.title} has no operation called ${unknown.join(', ')}.`, {
    hint: `Operations: ${known.slice(0, 100).join(', ') || 'none'}. Paths are allowed as "GET /v1/things" or "GET /v1/*".`,
  });
}

function buildCaps(
  saved: IntegrationConfig['caps'],
  input: IntegrationConfig['caps'],
): Pick<IntegrationConfig, 'caps'> {
  return saved === undefined && input === undefined ? {} : { caps: { ...saved, ...input } };
}

function buildOpenapi(openapi: IntegrationConfig['openapi']): Pick<IntegrationConfig, 'openapi'> {
  return openapi === undefined ? {} : { openapi };
}
