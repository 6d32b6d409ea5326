import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import type { DescriptionStore } from '../openapi/description-store.ts';
import type { IntegrationInput } from './configuration.ts';
import { buildConfig, configProblem } from './configuration.ts';
import type { ConfigurationChange } from './configuration-consent.ts';
import { newPermissions, refuseForeignKeys } from './configuration-consent.ts';
import type { Integration, IntegrationConfig } from './integration.ts';
import { INTEGRATION_NAME } from './integration.ts';
import type { IntegrationReport } from './integration-report.ts';
import { buildReport } from './integration-report.ts';
import type { BrokenIntegration, IntegrationStore } from './integration-store.ts';
import type { LoadedProvider, Provider } from './provider.ts';
import { ProviderApis } from './provider-apis.ts';
import { bypassedGuards, twinsOf, twinWarning } from './twins.ts';

export interface IntegrationListing {
  reports: IntegrationReport[];
  broken: BrokenIntegration[];
}

export interface IntegrationsOptions {
  store: IntegrationStore;
  catalogue: ReadonlyMap<string, Provider>;
  secrets: Secrets;
  allowLive: boolean;
  /** Descriptions of services of the user's own. Absent where nobody brings one. */
  descriptions?: DescriptionStore;
}

/** Resolves when a person agreed; throws `not_allowed` otherwise. `subject` is what the consent covers. */
export type Consent = (message: string, subject: unknown) => Promise<void>;

const refuseConsent: Consent = (message) =>
  Promise.reject(new AppError('not_allowed', `This needs a person's consent: ${message}`));

/** The configured integrations of each workspace and what is known about them. */
export class Integrations {
  readonly #options: IntegrationsOptions;
  readonly #apis: ProviderApis;
  /** What `#examine` found: the store gives the same object until something has changed. */
  readonly #examined = new WeakMap<Integration, LoadedProvider | string>();

  constructor(options: IntegrationsOptions) {
    this.#options = options;
    this.#apis = new ProviderApis(options.descriptions);
  }

  get providers(): readonly Provider[] {
    return [...this.#options.catalogue.values()];
  }

  /** The provider of a service; `invalid_input` lists the known ones. */
  provider(service: string): Provider {
    const provider = this.#options.catalogue.get(service);
    if (provider !== undefined) return provider;
    throw new AppError('invalid_input', `"${service}" is not a known service.`, {
      hint: `Known services: ${[...this.#options.catalogue.keys()].join(', ')}.`,
    });
  }

  /** Its operations too. */
  load(provider: Provider): Promise<LoadedProvider> {
    return this.#apis.load(provider);
  }

  /** Saves an integration under `name`, or the service's name. Idempotent; changes only what `input` says. */
  async configure(
    workspace: string,
    service: string,
    name: string | undefined,
    input: IntegrationInput,
    consent: Consent = refuseConsent,
  ): Promise<IntegrationReport> {
    const known = this.provider(service);
    const chosen = name ?? service;
    if (!INTEGRATION_NAME.test(chosen)) {
      throw new AppError('invalid_input', 'The name may hold lower-case letters, digits, "-" and "_", at most 64.', {
        hint: `For instance "${service}" or "${service}-eu".`,
      });
    }
    const saved = await this.#findSaved(workspace, service, chosen);
    const kept = await this.#apis.keep(known, input);
    const provider = await this.#apis.complete(known, {
      openapi: kept.openapi ?? saved?.config.openapi,
      baseUrl: kept.baseUrl ?? saved?.config.baseUrl,
      settings: { ...saved?.config.settings, ...kept.settings },
    });
    if (kept.openapi !== undefined && provider.api === undefined) {
      throw new AppError('invalid_input', 'The description names no host.', { hint: 'Give base_url too.' });
    }
    const config = buildConfig(provider, saved?.config, kept);
    refuseForeignKeys({ provider, after: config }, this.providers);
    const { reports } = await this.list(workspace);
    const bypassedBy = (each: IntegrationConfig) =>
      bypassedGuards({ integration: { name: chosen, config: each }, provider }, reports, this.#options.secrets);
    const agreed = saved === undefined ? [] : bypassedBy(saved.config);
    const bypassed = bypassedBy(config).filter((guard) => !agreed.includes(guard));
    await this.#agree({ known, provider, before: saved?.config, after: config }, chosen, consent, bypassed);
    const integration = await this.#options.store.save(workspace, chosen, config);
    return this.#withTwins(this.#report(integration, provider), reports);
  }

  /** Removes the integration of a service under `name`, or the service's name; true when there was one. What the ledgers hold stays. */
  async remove(
    workspace: string,
    service: string,
    name: string | undefined,
    consent: Consent = refuseConsent,
  ): Promise<boolean> {
    const chosen = name ?? service;
    const saved = await this.#findSaved(workspace, service, chosen);
    const known = this.#options.catalogue.get(service);
    if (saved !== undefined && known !== undefined) {
      await this.#agree({ known, provider: known, before: saved.config, after: undefined }, chosen, consent);
    }
    return this.#options.store.remove(workspace, chosen);
  }

  async #agree(change: ConfigurationChange, name: string, consent: Consent, more: string[] = []): Promise<void> {
    const { secrets } = this.#options;
    const permissions = [...newPermissions(change, (variable) => secrets.get(variable) !== undefined), ...more];
    if (permissions.length === 0) return;
    await consent(`Configure "${name}" so that it may ${permissions.join(' and ')}?`, {
      name,
      permissions,
      config: change.after,
    });
  }

  /** @param name only the one of that name */
  async list(workspace: string, name?: string): Promise<IntegrationListing> {
    const { integrations, broken } = await this.#options.store.list(workspace, name);
    const listing: IntegrationListing = { reports: [], broken: [...broken] };
    for (const integration of integrations) {
      const found = this.#examined.get(integration) ?? (await this.#examine(integration.config));
      this.#examined.set(integration, found);
      if (typeof found === 'string') listing.broken.push({ workspace, name: integration.name, problems: [found] });
      else listing.reports.push(this.#report(integration, found));
    }
    const { reports } = listing;
    if (reports.length > 1) listing.reports = reports.map((report) => this.#withTwins(report, reports));
    return listing;
  }

  #withTwins(report: IntegrationReport, all: readonly IntegrationReport[]): IntegrationReport {
    const warning = twinWarning(twinsOf(report, all, this.#options.secrets));
    return warning === undefined ? report : { ...report, warnings: [...report.warnings, warning] };
  }

  /** The integration by name, whatever its service; `not_found` names those that exist. */
  async get(workspace: string, name: string): Promise<IntegrationReport> {
    const { reports: found, broken } = await this.list(workspace, name);
    if (found[0] !== undefined) return found[0];
    refuseBroken(broken, name);
    const { reports } = await this.list(workspace);
    const names = reports.map(({ integration }) => integration.name).join(', ');
    throw new AppError('not_found', `There is no integration "${name}" in this workspace.`, {
      hint: names === '' ? 'Configure one with configure_integration.' : `Configured: ${names}.`,
    });
  }

  /** The named integration of a service, or its only one. */
  async resolve(workspace: string, service: string, name: string | undefined): Promise<IntegrationReport> {
    if (name !== undefined) return this.#ofService(await this.get(workspace, name), service);
    const { reports, broken } = await this.list(workspace);
    const candidates = reports.filter(({ integration }) => integration.config.service === service);
    const [only, ...others] = candidates;
    if (only !== undefined && others.length === 0) return only;
    if (only !== undefined) {
      const names = candidates.map(({ integration }) => integration.name).join(', ');
      throw new AppError('invalid_input', `There are several ${service} integrations.`, {
        hint: `Set integration to one of: ${names}.`,
      });
    }
    refuseBroken(broken, service);
    throw new AppError('not_configured', `No ${service} integration is configured in this workspace.`, {
      hint: `Call configure_integration({service: "${service}"}) first.`,
    });
  }

  async #findSaved(workspace: string, service: string, name: string): Promise<Integration | undefined> {
    const { integrations } = await this.#options.store.list(workspace, name);
    const [saved] = integrations;
    if (saved === undefined || saved.config.service === service) return saved;
    // Of a service that is gone: to be replaced or removed by whoever names it.
    if (!this.#options.catalogue.has(saved.config.service)) return undefined;
    throw new AppError('conflict', `"${name}" is an integration of ${saved.config.service}.`, {
      hint: 'Choose another name, or remove that integration first, as one of its own service.',
    });
  }

  /** The provider with its API, or why the saved configuration cannot be used. */
  async #examine(config: IntegrationConfig): Promise<LoadedProvider | string> {
    const provider = this.#options.catalogue.get(config.service);
    if (provider === undefined) return `service: "${config.service}" is not known`;
    const complete = await this.#apis.complete(provider, config);
    if (config.openapi !== undefined && complete.api === undefined) return 'openapi: the saved description is gone';
    return configProblem(complete, config) ?? complete;
  }

  #ofService(report: IntegrationReport, service: string): IntegrationReport {
    const { name, config } = report.integration;
    if (config.service === service) return report;
    throw new AppError('invalid_input', `"${name}" is a ${config.service} integration, not ${service}.`, {
      hint: `Name a ${service} integration, or leave it out.`,
    });
  }

  #report(integration: Integration, provider: LoadedProvider): IntegrationReport {
    return buildReport(integration, provider, this.#options);
  }
}

function refuseBroken(broken: readonly BrokenIntegration[], name: string): void {
  const row = broken.find((candidate) => candidate.name === name);
  if (row === undefined) return;
  throw new AppError('not_configured', `The saved configuration of "${name}" is not valid, so it is disabled.`, {
    hint: 'Save it again with configure_integration, or remove it (remove: true); nothing else is affected.',
    details: { problems: row.problems },
  });
}
