import type { Provider } from '../provider.ts';
import { zoomEvents } from './events.ts';
import { zoomChallenge, zoomWebhook } from './webhook.ts';

export const zoom: Provider = {
  service: 'zoom',
  title: 'Zoom',
  docs: 'https://developers.zoom.us/docs/api/webhooks/',
  webhook: {
    scheme: zoomWebhook,
    defaultSecretEnv: 'ZOOM_WEBHOOK_SECRET_TOKEN',
    events: zoomEvents,
    challenge: zoomChallenge,
    // https://developers.zoom.us/docs/api/webhooks/
    answerWithinS: 3,
  },
};
