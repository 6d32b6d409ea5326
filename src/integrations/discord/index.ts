import type { Provider } from '../provider.ts';
import { discordEvents } from './events.ts';
import { discordChallenge, discordWebhook } from './webhook.ts';

export const discord: Provider = {
  service: 'discord',
  title: 'Discord',
  docs: 'https://docs.discord.com/developers/events/webhook-events',
  webhook: {
    scheme: discordWebhook,
    defaultSecretEnv: 'DISCORD_PUBLIC_KEY',
    events: discordEvents,
    // https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction
    answerWithinS: 3,
    challenge: discordChallenge,
  },
};
