import type { Provider } from '../provider.ts';
import { githubEvents } from './events.ts';
import { githubWebhook } from './webhook.ts';

export const github: Provider = {
  service: 'github',
  title: 'GitHub',
  docs: 'https://docs.github.com/webhooks',
  loadSimulator: async () => (await import('./simulator/index.ts')).createGithubSimulator,
  webhook: { scheme: githubWebhook, defaultSecretEnv: 'GITHUB_WEBHOOK_SECRET', events: githubEvents },
};
