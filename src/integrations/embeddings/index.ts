import * as z from 'zod';
import type { ErrorCode } from '../../core/errors.ts';
import { AppError } from '../../core/errors.ts';
import type { Provider } from '../provider.ts';

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not_found',
  429: 'rate_limited',
};

/** Any endpoint that speaks OpenAI's embeddings API, Ollama's among them: `base_url` says where, `model` which. */
export const embeddings: Provider = {
  service: 'embeddings',
  title: 'Embeddings',
  docs: 'https://platform.openai.com/docs/api-reference/embeddings',
  loadOperations: async () => (await import('./operations.ts')).embeddingsOperations,
  api: {
    baseUrl: 'https://api.openai.com',
    isSelfHosted: true,
    secrets: [
      {
        role: 'api_key',
        defaultEnv: 'EMBEDDINGS_API_KEY',
        description: 'API key; Ollama needs none',
        isOptional: true,
      },
    ],
    settings: z.strictObject({
      model: z.string().min(1).max(200).default('text-embedding-3-small').describe('Name of the model'),
      dimensions: z.int().min(16).max(4096).optional().describe('Length of the vectors, where the model lets choose'),
    }),
    headers(secrets): Record<string, string> {
      const key = secrets['api_key'];
      return key === undefined ? {} : { authorization: `Bearer ${key}` };
    },
    requestIdHeader: 'x-request-id',
    toError({ status }) {
      const code = BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'rejected');
      return new AppError(code, `The embeddings endpoint answered with status ${status}.`, {
        hint: 'Check base_url, model and key of the integration. Memories are found by their words meanwhile.',
        details: { status },
      });
    },
  },
};
