import type { Provider } from '../provider.ts';
import { slackEvents } from './events.ts';
import { slackChallenge, slackWebhook } from './webhook.ts';

export const slack: Provider = {
  service: 'slack',
  title: 'Slack',
  docs: 'https://api.slack.com/authentication/verifying-requests-from-slack',
  loadSimulator: async () => (await import('./simulator/index.ts')).createSlackSimulator,
  webhook: {
    scheme: slackWebhook,
    defaultSecretEnv: 'SLACK_SIGNING_SECRET',
    events: slackEvents,
    challenge: slackChallenge,
  },
};
