import { AppError } from '../core/errors.ts';
import { fingerprint } from '../core/redact.ts';
import type { Secrets } from '../core/secrets.ts';
import type { IntegrationInput } from './configuration.ts';
import { buildConfig } from './configuration.ts';
import type { Integration } from './integration.ts';
import { INTEGRATION_NAME } from './integration.ts';
import type { BrokenIntegration, IntegrationStore } from './integration-store.ts';
import type { Mode, Provider } from './provider.ts';

/** What can be said of a variable without showing its value. */
export interface SecretReport {
  role: string;
  variable: string;
  set: boolean;
  fingerprint: string | undefined;
  mode: Mode | undefined;
  isOptional: boolean;
}

export interface IntegrationReport {
  integration: Integration;
  provider: Provider;
  secrets: SecretReport[];
  /** Variables that must be set before everything works. */
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
    const { integrations } = await this.#options.store.list(workspace);
    const saved = integrations.find((integration) => integration.name === chosen);
    if (saved !== undefined && saved.config.service !== service) {
      throw new AppError('conflict', `"${chosen}" is an integration of ${saved.config.service}.`, {
        hint: 'Choose another name, or remove that integration first.',
      });
    }
    const config = buildConfig(provider, saved?.config, input);
    return this.#report(await this.#options.store.save(workspace, chosen, config));
  }

  /** True when there was one to remove. What the ledgers hold stays. */
  remove(workspace: string, name: string): Promise<boolean> {
    return this.#options.store.remove(workspace, name);
  }

  async list(workspace: string): Promise<IntegrationListing> {
    const { integrations, broken } = await this.#options.store.list(workspace);
    const isKnown = ({ config }: Integration) => this.#options.catalogue.has(config.service);
    const orphans = integrations
      .filter((integration) => !isKnown(integration))
      .map(({ name, config }) => ({ workspace, name, problems: [`service: "${config.service}" is not known`] }));
    const reports = integrations.filter(isKnown).map((integration) => this.#report(integration));
    return { reports, broken: [...broken, ...orphans] };
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
    const missing = secrets.filter(({ set, isOptional }) => !set && !isOptional).map(({ variable }) => variable);
    return { integration, provider, secrets, missing, warnings: this.#warnings(integration, provider, secrets) };
  }

  #secretReports({ config }: Integration, provider: Provider): SecretReport[] {
    const roles = (provider.api?.secrets ?? []).map((role) => {
      const variable = config.secretEnvs[role.role] ?? role.defaultEnv;
      return { role: role.role, variable, modeOf: role.modeOf, isOptional: role.isOptional ?? false };
    });
    const webhooks = config.webhookSecretEnvs.map((variable) => ({
      role: 'webhook',
      variable,
      modeOf: undefined,
      isOptional: false,
    }));
    return [...roles, ...webhooks].map(({ role, variable, modeOf, isOptional }) => {
      const value = this.#options.secrets.get(variable);
      const set = value !== undefined;
      return {
        role,
        variable,
        set,
        fingerprint: set ? fingerprint(value) : undefined,
        mode: set ? modeOf?.(value) : undefined,
        isOptional,
      };
    });
  }

  #warnings({ config }: Integration, provider: Provider, secrets: readonly SecretReport[]): string[] {
    const warnings: string[] = [];
    if (config.mode === 'live' && !this.#options.allowLive) {
      warnings.push(
        'Live mode is locked: every call is refused until a person sets BREAKWATER_ALLOW_LIVE=1 for the server.',
      );
    }
    for (const { role, variable, mode } of secrets) {
      const problem = this.#problemOf(provider, role, variable);
      if (problem !== undefined) warnings.push(`${variable}: ${problem}`);
      if (mode === undefined || mode === config.mode) continue;
      warnings.push(
        `${variable} holds a ${mode} key, but the mode is ${config.mode}${mode === 'live' ? ': every call is refused' : ''}.`,
      );
    }
    return warnings;
  }

  #problemOf(provider: Provider, role: string, variable: string): string | undefined {
    const value = this.#options.secrets.get(variable);
    if (value === undefined) return undefined;
    if (value !== value.trim()) return 'the value has spaces or line ends around it.';
    return provider.api?.secrets.find((known) => known.role === role)?.problem?.(value);
  }
}

function refuseBroken(broken: readonly BrokenIntegration[], name: string): void {
  const row = broken.find((candidate) => candidate.name === name);
  if (row === undefined) return;
  throw new AppError('not_configured', `The saved configuration of "${name}" is not valid, so it is disabled.`, {
    hint: 'Save it again with configure_integration; nothing else is affected.',
    details: { problems: row.problems },
  });
}
