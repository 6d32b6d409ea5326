import type { Integration, IntegrationConfig } from './integration.ts';

/** A row that does not hold a valid configuration: it disables that integration and no other. */
export interface BrokenIntegration {
  workspace: string;
  name: string;
  /** What is wrong, by field. */
  problems: string[];
}

/** Shared by all who ask, and not to be changed. */
export interface StoredIntegrations {
  integrations: readonly Integration[];
  broken: readonly BrokenIntegration[];
}

/** The configured integrations, by workspace and name. */
export interface IntegrationStore {
  save(workspace: string, name: string, config: IntegrationConfig): Promise<Integration>;
  /** True when there was one. */
  remove(workspace: string, name: string): Promise<boolean>;
  /** @param name only the one of that name, whatever else there is */
  list(workspace: string, name?: string): Promise<StoredIntegrations>;
}
