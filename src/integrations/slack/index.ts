import * as z from 'zod';
import type { Provider } from '../provider.ts';
import { statusOfSlack, toSlackError } from './errors.ts';
import { slackEvents } from './events.ts';
import { slackChallenge, slackWebhook } from './webhook.ts';

export const slack: Provider = {
  service: 'slack',
  title: 'Slack',
  docs: 'https://docs.slack.dev/reference/methods',
  loadOperations: async () => (await import('./operations.ts')).slackOperations,
  loadSimulator: async () => (await import('./simulator/index.ts')).createSlackSimulator,
  webhook: {
    scheme: slackWebhook,
    defaultSecretEnv: 'SLACK_SIGNING_SECRET',
    events: slackEvents,
    challenge: slackChallenge,
    // https://docs.slack.dev/apis/events-api/#responding
    answerWithinS: 3,
  },
  api: {
    baseUrl: 'https://slack.com',
    secrets: [
      {
        role: 'token',
        defaultEnv: 'SLACK_BOT_TOKEN',
        description: 'Bot or user token (xoxb-…, xoxp-…)',
        problem: (value) => (/^xox[a-z]/.test(value) ? undefined : 'it is not a Slack token (xoxb-…, xoxp-…).'),
      },
    ],
    settings: z.strictObject({}),
    headers: (secrets) => ({ authorization: `Bearer ${secrets['token']}` }),
    requestIdHeader: 'x-slack-req-id',
    statusOf: statusOfSlack,
    toError: toSlackError,
  },
};
