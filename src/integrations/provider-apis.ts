import { AppError } from '../core/errors.ts';
import type { DescriptionStore } from '../openapi/description-store.ts';
import type { IntegrationInput } from './configuration.ts';
import type { IntegrationConfig } from './integration.ts';
import type { LoadedProvider, Provider } from './provider.ts';

/** What decides about the API of a service of the user's own. */
type OwnConfig = Pick<Partial<IntegrationConfig>, 'openapi' | 'baseUrl' | 'settings'>;

/** Gives providers what there is to call: loaded at the first use, or brought along by every integration. */
export class ProviderApis {
  readonly #descriptions: DescriptionStore | undefined;
  readonly #loaded = new Map<Provider, LoadedProvider>();

  constructor(descriptions: DescriptionStore | undefined) {
    this.#descriptions = descriptions;
  }

  /** Keeps the description that a user gives; the input that comes back only names it. */
  async keep({ title, apiOf }: Provider, { description, ...input }: IntegrationInput): Promise<IntegrationInput> {
    if (description === undefined) return input;
    if (apiOf === undefined || this.#descriptions === undefined) {
      throw new AppError('invalid_input', `How to call ${title} is known: openapi is for service "custom".`);
    }
    const digest = await this.#descriptions.save(description);
    const { title: named, version, operations } = description;
    return { ...input, openapi: { digest, title: named, version, operations: operations.length } };
  }

  /** The provider with its API; without one where its description is gone or there is nothing to call. */
  complete(provider: Provider, config: OwnConfig): Promise<LoadedProvider> {
    return provider.apiOf === undefined ? this.load(provider) : this.#completeOwn(provider, config);
  }

  /** A provider with its operations, as far as they are its own. */
  async load(provider: Provider): Promise<LoadedProvider> {
    const known = this.#loaded.get(provider);
    if (known !== undefined) return known;
    const { api, ...rest } = provider;
    const loaded =
      api === undefined ? rest : { ...rest, api: { ...api, operations: (await provider.loadOperations?.()) ?? {} } };
    this.#loaded.set(provider, loaded);
    return loaded;
  }

  async #completeOwn(provider: Provider, { openapi, baseUrl, settings = {} }: OwnConfig): Promise<LoadedProvider> {
    const { api: _none, ...rest } = provider;
    const description = openapi === undefined ? undefined : await this.#descriptions?.get(openapi.digest);
    if (openapi !== undefined && description === undefined) return rest;
    const api = await provider.apiOf?.({ baseUrl, settings, description });
    return api === undefined ? rest : { ...rest, title: description?.title ?? provider.title, api };
  }
}
