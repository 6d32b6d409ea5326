import type { Provider } from '../provider.ts';
import { slackEvents } from './events.ts';
import { slackChallenge, slackWebhook } from './webhook.ts';

export const slack: Provider = {
  service: 'slack',
  title: 'Slack',
  docs: 'https://api.slack.com/authentication/verifying-requests-from-slack',
  webhook: {
    scheme: slackWebhook,
    defaultSecretEnv: 'SLACK_SIGNING_SECRET',
    events: slackEvents,
    challenge: slackChallenge,
    // https://docs.slack.dev/apis/events-api/#responding
    answerWithinS: 3,
  },
};
