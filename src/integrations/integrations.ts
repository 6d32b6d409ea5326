import { AppError } from '../core/errors.ts';
import { fingerprint } from '../core/redact.ts';
import type { Secrets } from '../core/secrets.ts';
import type { IntegrationInput } from './configuration.ts';
import { buildConfig, configProblem } from './configuration.ts';
import type { Integration } from './integration.ts';
import { INTEGRATION_NAME } from './integration.ts';
import type { BrokenIntegration, IntegrationStore } from './integration-store.ts';
import type { Mode, Provider, SecretRole } from './provider.ts';
import { missingSettings, secretProblem } from './request-builder.ts';

/** What can be said of a variable without showing its value. */
export interface SecretReport {
  role: string;
  variable: string;
  set: boolean;
  fingerprint: string | undefined;
  mode: Mode | undefined;
  /** Why the value cannot be right. */
  problem: string | undefined;
  isOptional: boolean;
}

export interface IntegrationReport {
  integration: Integration;
  provider: Provider;
  secrets: SecretReport[];
  /** Variables and settings (`settings.…`) that must be set before everything works. */
  missing: string[];
  warnings: string[];
}

export interface IntegrationListing {
  reports: IntegrationReport[];
  broken: BrokenIntegration[];
}

export interface IntegrationsOptions {
  store: IntegrationStore;
  catalogue: ReadonlyMap<string, Provider>;
  secrets: Secrets;
  allowLive: boolean;
}

/** The configured integrations of each workspace and what is known about them. */
export class Integrations {
  readonly #options: IntegrationsOptions;

  constructor(options: IntegrationsOptions) {
    this.#options = options;
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

  /** Saves an integration under `name`, or the service's name. Idempotent; changes only what `input` says. */
  async configure(
    workspace: string,
    service: string,
    name: string | undefined,
    input: IntegrationInput,
  ): Promise<IntegrationReport> {
    const provider = this.provider(service);
    const chosen = name ?? service;
    if (!INTEGRATION_NAME.test(chosen)) {
      throw new AppError('invalid_input', 'The name may hold lower-case letters, digits, "-" and "_", at most 64.', {
        hint: `For instance "${service}" or "${service}-eu".`,
      });
    }
    const saved = await this.#findSaved(workspace, service, chosen);
    const config = buildConfig(provider, saved?.config, input);
    return this.#report(await this.#options.store.save(workspace, chosen, config));
  }

  /** Removes the integration of a service under `name`, or the service's name; true when there was one. What the ledgers hold stays. */
  async remove(workspace: string, service: string, name: string | undefined): Promise<boolean> {
    const chosen = name ?? service;
    await this.#findSaved(workspace, service, chosen);
    return this.#options.store.remove(workspace, chosen);
  }

  async list(workspace: string): Promise<IntegrationListing> {
    const { integrations, broken } = await this.#options.store.list(workspace);
    const listing: IntegrationListing = { reports: [], broken };
    for (const integration of integrations) {
      const problem = this.#problemOf(integration);
      if (problem === undefined) listing.reports.push(this.#report(integration));
      else listing.broken.push({ workspace, name: integration.name, problems: [problem] });
    }
    return listing;
  }

  /** The integration by name, whatever its service; `not_found` names those that exist. */
  async get(workspace: string, name: string): Promise<IntegrationReport> {
    const { reports, broken } = await this.list(workspace);
    const found = reports.find(({ integration }) => integration.name === name);
    if (found !== undefined) return found;
    refuseBroken(broken, name);
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
    const { integrations } = await this.#options.store.list(workspace);
    const saved = integrations.find((integration) => integration.name === name);
    if (saved === undefined || saved.config.service === service) return saved;
    throw new AppError('conflict', `"${name}" is an integration of ${saved.config.service}.`, {
      hint: 'Choose another name, or remove that integration first, as one of its own service.',
    });
  }

  #problemOf({ config }: Integration): string | undefined {
    const provider = this.#options.catalogue.get(config.service);
    return provider === undefined ? `service: "${config.service}" is not known` : configProblem(provider, config);
  }

  #ofService(report: IntegrationReport, service: string): IntegrationReport {
    const { name, config } = report.integration;
    if (config.service === service) return report;
    throw new AppError('invalid_input', `"${name}" is a ${config.service} integration, not ${service}.`, {
      hint: `Name a ${service} integration, or leave it out.`,
    });
  }

  #report(integration: Integration): IntegrationReport {
    const provider = this.provider(integration.config.service);
    const secrets = this.#secretReports(integration, provider);
    const variables = secrets.filter(({ set, isOptional }) => !set && !isOptional).map(({ variable }) => variable);
    const settings = provider.api === undefined ? [] : missingSettings(provider.api, integration.config.settings);
    const missing = [...variables, ...settings.map((setting) => `settings.${setting}`)];
    return { integration, provider, secrets, missing, warnings: this.#warnings(integration, secrets) };
  }

  #secretReports({ config }: Integration, provider: Provider): SecretReport[] {
    const roles = provider.api?.secrets ?? [];
    return [
      ...roles.map((role) => this.#secretReport(config.secretEnvs[role.role] ?? role.defaultEnv, role)),
      ...config.webhookSecretEnvs.map((variable) => this.#secretReport(variable, undefined)),
    ];
  }

  #secretReport(variable: string, role: SecretRole | undefined): SecretReport {
    const about = { role: role?.role ?? 'webhook', variable, isOptional: role?.isOptional ?? false };
    const value = this.#options.secrets.get(variable);
    if (value === undefined)
      return { ...about, set: false, fingerprint: undefined, mode: undefined, problem: undefined };
    const problem = secretProblem(value, role);
    return { ...about, set: true, fingerprint: fingerprint(value), mode: role?.modeOf?.(value), problem };
  }

  #warnings({ config }: Integration, secrets: readonly SecretReport[]): string[] {
    const warnings: string[] = [];
    if (config.mode === 'live' && !this.#options.allowLive) {
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
}

function refuseBroken(broken: readonly BrokenIntegration[], name: string): void {
  const row = broken.find((candidate) => candidate.name === name);
  if (row === undefined) return;
  throw new AppError('not_configured', `The saved configuration of "${name}" is not valid, so it is disabled.`, {
    hint: 'Save it again with configure_integration, or remove it (remove: true); nothing else is affected.',
    details: { problems: row.problems },
  });
}
