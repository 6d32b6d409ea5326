import { AppError } from '../core/errors.ts';
import type { DescriptionStore } from '../openapi/description-store.ts';
import type { IntegrationInput } from './configuration.ts';
import type { IntegrationConfig } from './integration.ts';
import type { Provider } from './provider.ts';

/** What decides about the API of a service of the user's own. */
type OwnConfig = Pick<Partial<IntegrationConfig>, 'openapi' | 'baseUrl' | 'settings'>;

/** Completes providers whose API every integration brings along. */
export class OwnApis {
  readonly #descriptions: DescriptionStore | undefined;

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
  async complete(provider: Provider, { openapi, baseUrl, settings = {} }: OwnConfig): Promise<Provider> {
    if (provider.apiOf === undefined) return provider;
    const description = openapi === undefined ? undefined : await this.#descriptions?.get(openapi.digest);
    if (openapi !== undefined && description === undefined) return provider;
    const api = await provider.apiOf({ baseUrl, settings, description });
    return api === undefined ? provider : { ...provider, title: description?.title ?? provider.title, api };
  }
}
