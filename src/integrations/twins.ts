import type { Secrets } from '../core/secrets.ts';
import { loosenedGuards } from './configuration-consent.ts';
import type { IntegrationConfig } from './integration.ts';
import { addressOf } from './integration.ts';
import type { Provider } from './provider.ts';

interface Configured {
  integration: { name: string; config: IntegrationConfig };
  provider: Provider;
}

/**
 * Other live integrations that send the same key to the same host. Breakers and rate limits go by the host, so that they share them; caps,
 * `allow` and the request ledger go by the integration: what one refuses, the other would still do.
 */
export function twinsOf<T extends Configured>(one: Configured, all: readonly T[], secrets: Secrets): T[] {
  const own = liveKeysOf(one, secrets);
  if (own.size === 0) return [];
  return all.filter((other) => {
    if (other.integration.name === one.integration.name) return false;
    const keys = liveKeysOf(other, secrets);
    return [...own].some((key) => keys.has(key));
  });
}

/** Guards of its twins that an integration does not have, in words. */
export function bypassedGuards(one: Configured, all: readonly Configured[], secrets: Secrets): string[] {
  return twinsOf(one, all, secrets).flatMap(({ integration: { name, config: before } }) =>
    loosenedGuards({ before, after: one.integration.config }).map(
      (guard) => `${guard} of "${name}", whose key it uses`,
    ),
  );
}

export function twinWarning(twins: readonly Configured[]): string | undefined {
  if (twins.length === 0) return undefined;
  const names = twins.map(({ integration }) => `"${integration.name}"`).join(', ');
  return (
    `Uses the live key of ${names} too. Breakers and rate limits are shared; caps, allow and references are not: ` +
    'one reference can be executed once by each.'
  );
}

/** With their hosts. Two variables can hold one value. */
function liveKeysOf({ integration: { config }, provider: { api } }: Configured, secrets: Secrets): ReadonlySet<string> {
  if (config.mode !== 'live' || api === undefined) return new Set();
  const { host } = new URL(addressOf(config, api));
  const variables = api.secrets
    .filter(({ isOptional }) => isOptional !== true)
    .map(({ role, defaultEnv }) => config.secretEnvs[role] ?? defaultEnv);
  return new Set(variables.map((variable) => `${host} ${secrets.get(variable) ?? `$${variable}`}`));
}
