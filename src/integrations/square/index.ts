import type { Provider } from '../provider.ts';
import { squareEvents } from './events.ts';
import { squareWebhook } from './webhook.ts';

export const square: Provider = {
  service: 'square',
  title: 'Square',
  docs: 'https://developer.squareup.com/docs/webhooks/overview',
  webhook: {
    scheme: squareWebhook,
    defaultSecretEnv: 'SQUARE_WEBHOOK_SIGNATURE_KEY',
    events: squareEvents,
    // https://developer.squareup.com/docs/webhooks/troubleshooting
    answerWithinS: 10,
  },
};
