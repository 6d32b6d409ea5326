import { AppError } from '../core/errors.ts';
import { isLoopbackUrl } from '../core/loopback.ts';
import type { IntegrationConfig } from './integration.ts';
import { addressOf } from './integration.ts';
import type { Provider } from './provider.ts';

export interface ConfigurationChange {
  /** As the catalogue has it. */
  known: Provider;
  /** With the API that the user described. */
  provider: Provider;
  before: IntegrationConfig | undefined;
  /** Undefined where the integration is removed. */
  after: IntegrationConfig | undefined;
}

/** What a change would permit that a person has to agree to, in words; empty for all others. `isSet` tells which variables hold a value. */
export function newPermissions(change: ConfigurationChange, isSet: (name: string) => boolean): string[] {
  return [...newDestinations(change, isSet), ...loosenedGuards(change)];
}

/**
 * Providers have hosts of their own; an API of the user's own may be anywhere. Whose key goes where is then a decision: the same
 * process holds the keys of everything else.
 */
function newDestinations({ known, provider, before, after }: ConfigurationChange, isSet: (name: string) => boolean) {
  const { api } = provider;
  if (api?.isSelfHosted !== true || after === undefined) return [];
  const host = publicHost(addressOf(after, api));
  if (host === undefined || host === publicHost(known.api?.baseUrl)) return [];
  const isSame =
    before?.openapi?.digest === after.openapi?.digest && publicHost(before && addressOf(before, api)) === host;
  const agreed = new Set(isSame ? Object.values(before?.secretEnvs ?? {}) : []);
  const sent = Object.values(after.secretEnvs).filter((name) => isSet(name) && !agreed.has(name));
  return sent.map((name) => `send the value of ${name} to ${host} (${callsOf(after.allow)})`);
}

/** Named up to here: a person reads them. */
const MAX_NAMED = 5;

function callsOf(allow: readonly string[] | undefined): string {
  if (allow === undefined) return 'every call';
  const named = allow.slice(0, MAX_NAMED).join(', ');
  return allow.length > MAX_NAMED ? `${named} and ${allow.length - MAX_NAMED} more` : named || 'no call';
}

function publicHost(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  return url === null || isLoopbackUrl(url) ? undefined : url.host;
}

/** Guards of a live integration are there against the agent that asks. */
export function loosenedGuards({ before, after }: Pick<ConfigurationChange, 'before' | 'after'>): string[] {
  // Otherwise guards could be lifted in test mode on the way.
  if (before?.mode === 'test' && after?.mode === 'live') return ['go live'];
  if (before?.mode !== 'live') return [];
  const reasons: string[] = [];
  const { caps = {}, allow } = after ?? {};
  for (const [name, key] of CAPS) {
    const limit = before.caps?.[key];
    if (limit !== undefined && (caps[key] ?? Number.POSITIVE_INFINITY) > limit)
      reasons.push(`lift the cap ${name} of ${limit}`);
  }
  if (before.allow !== undefined && (allow === undefined || allow.some((entry) => !before.allow?.includes(entry)))) {
    const more = allow?.filter((entry) => !before.allow?.includes(entry));
    reasons.push(`allow more operations (${callsOf(more)})`);
  }
  return reasons;
}

const CAPS = [
  ['max_amount', 'maxAmountMinor'],
  ['per_hour', 'writesPerHour'],
] as const;

/** A key that belongs to another provider goes to nobody else, whoever agrees. */
export function refuseForeignKeys(
  { provider, after }: Pick<ConfigurationChange, 'provider' | 'after'>,
  catalogue: Iterable<Provider>,
): void {
  const { api } = provider;
  if (api?.isSelfHosted !== true || after === undefined || publicHost(addressOf(after, api)) === undefined) return;
  for (const other of catalogue) {
    if (other.service === provider.service) continue;
    const names = [other.webhook?.defaultSecretEnv, ...(other.api?.secrets ?? []).map(({ defaultEnv }) => defaultEnv)];
    const taken = Object.values(after.secretEnvs).find((name) => names.includes(name));
    if (taken === undefined) continue;
    throw new AppError('not_allowed', `${taken} is the key of ${other.title} and goes to no other host.`, {
      hint: `Put the key of this service into a variable of its own, or configure service "${other.service}".`,
    });
  }
}
