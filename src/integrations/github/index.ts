import * as z from 'zod';
import type { Provider } from '../provider.ts';
import { toGitHubError } from './errors.ts';
import { githubEvents } from './events.ts';
import { githubWebhook } from './webhook.ts';

/** https://docs.github.com/rest/about-the-rest-api/api-versions */
const API_VERSION = '2022-11-28';

export const github: Provider = {
  service: 'github',
  title: 'GitHub',
  docs: 'https://docs.github.com/rest',
  loadOperations: async () => (await import('./operations.ts')).gitHubOperations,
  loadSimulator: async () => (await import('./simulator/index.ts')).createGithubSimulator,
  webhook: {
    scheme: githubWebhook,
    defaultSecretEnv: 'GITHUB_WEBHOOK_SECRET',
    events: githubEvents,
    // https://docs.github.com/webhooks/using-webhooks/best-practices-for-using-webhooks
    answerWithinS: 10,
  },
  api: {
    baseUrl: 'https://api.github.com',
    secrets: [{ role: 'token', defaultEnv: 'GITHUB_TOKEN', description: 'Token (fine-grained, classic or of an app)' }],
    settings: z.strictObject({
      api_version: z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}$/)
        .optional()
        .describe(`API version (default ${API_VERSION})`),
    }),
    headers: (secrets, settings) => ({
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${secrets['token']}`,
      // Requests without it are refused: https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api
      'user-agent': 'breakwater-mcp',
      'x-github-api-version': String(settings['api_version'] ?? API_VERSION),
    }),
    requestIdHeader: 'x-github-request-id',
    toError: toGitHubError,
  },
};
