import type { Secrets } from '../core/secrets.ts';
import type { Integration } from './integration.ts';
import type { LoadedProvider } from './provider.ts';
import { missingSettings } from './request-builder.ts';
import type { SecretReport } from './secret-report.ts';
import { reportSecrets } from './secret-report.ts';

/** An integration and what is known about it. */
export interface IntegrationReport {
  integration: Integration;
  provider: LoadedProvider;
  secrets: SecretReport[];
  /** Variables and settings (`settings.…`) that must be set before everything works. */
  missing: string[];
  warnings: string[];
}

export function buildReport(
  integration: Integration,
  provider: LoadedProvider,
  known: { secrets: Secrets; allowLive: boolean },
): IntegrationReport {
  const secrets = reportSecrets(integration, provider, known.secrets);
  const variables = secrets.filter(({ set, isOptional }) => !set && !isOptional).map(({ variable }) => variable);
  const settings = provider.api === undefined ? [] : missingSettings(provider.api, integration.config.settings);
  const missing = [...variables, ...settings.map((setting) => `settings.${setting}`)];
  return { integration, provider, secrets, missing, warnings: warningsOf(integration, secrets, known.allowLive) };
}

function warningsOf({ config }: Integration, secrets: readonly SecretReport[], allowLive: boolean): string[] {
  const warnings: string[] = [];
  if (config.mode === 'live' && !allowLive) {
    warnings.push(
      'Live mode is locked: every call is refused until a person sets BREAKWATER_ALLOW_LIVE=1 for the server.',
    );
  }
  for (const { variable, mode, problem } of secrets) {
    if (problem !== undefined) warnings.push(`${variable}: ${problem}`);
    if (mode === undefined || mode === config.mode) continue;
    warnings.push(
      `${variable} holds a ${mode} key, but the mode is ${config.mode}${mode === 'live' ? ': every call is refused' : ''}.`,
    );
  }
  return warnings;
}
