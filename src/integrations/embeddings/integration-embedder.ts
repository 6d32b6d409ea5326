import { AppError } from '../../core/errors.ts';
import type { IntegrationClient } from '../integration-client.ts';
import type { IntegrationReport } from '../integration-report.ts';
import type { Integrations } from '../integrations.ts';
import { createEmbeddings } from './operations.ts';

const SERVICE = 'embeddings';
/** How long a look at the configuration holds, in milliseconds: every search asks. */
const LOOK_MS = 3000;

interface Look {
  at: number;
  report: IntegrationReport | undefined;
}

/** Embeds through the workspace's integration: its address, model, key, retry and breaker. */
export class IntegrationEmbedder {
  readonly #integrations: Integrations;
  readonly #client: IntegrationClient;
  readonly #looks = new Map<string, Look>();

  constructor(integrations: Integrations, client: IntegrationClient) {
    this.#integrations = integrations;
    this.#client = client;
  }

  async model(workspace: string): Promise<string | undefined> {
    const report = await this.#look(workspace);
    if (report === undefined) return undefined;
    const { settings, baseUrl = '' } = report.integration.config;
    return JSON.stringify([baseUrl, settings['model'], settings['dimensions']]);
  }

  async embed(
    workspace: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly number[])[]> {
    const report = await this.#look(workspace);
    if (report === undefined) throw new AppError('not_configured', 'No embeddings are configured in this workspace.');
    const { integration, provider } = report;
    const { model, dimensions } = integration.config.settings;
    const input = {
      model: String(model),
      input: [...texts],
      ...(typeof dimensions === 'number' ? { dimensions } : {}),
    };
    const confirm = () => Promise.reject(new AppError('not_allowed', 'Embedding asks for no consent.'));
    const context = { integration, provider, signal, progress: () => {}, confirm };
    const { data } = await this.#client.read(createEmbeddings, input, context);
    return [...data.data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  }

  async #look(workspace: string): Promise<IntegrationReport | undefined> {
    const known = this.#looks.get(workspace);
    if (known !== undefined && performance.now() - known.at < LOOK_MS) return known.report;
    const { reports } = await this.#integrations.list(workspace);
    const report = reports.find(({ integration }) => integration.config.service === SERVICE);
    this.#looks.set(workspace, { at: performance.now(), report });
    return report;
  }
}
