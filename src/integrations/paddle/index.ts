import type { Provider } from '../provider.ts';
import { paddleEvents } from './events.ts';
import { paddleWebhook } from './webhook.ts';

export const paddle: Provider = {
  service: 'paddle',
  title: 'Paddle',
  docs: 'https://developer.paddle.com/webhooks/overview',
  webhook: {
    scheme: paddleWebhook,
    defaultSecretEnv: 'PADDLE_WEBHOOK_SECRET',
    events: paddleEvents,
    // https://developer.paddle.com/webhooks/respond-to-webhooks
    answerWithinS: 5,
  },
};
