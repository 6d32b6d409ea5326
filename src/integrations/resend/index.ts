import { svixWebhooks } from '../../webhooks/standard-webhooks.ts';
import type { Provider } from '../provider.ts';
import { resendEvents } from './events.ts';

export const resend: Provider = {
  service: 'resend',
  title: 'Resend',
  docs: 'https://resend.com/docs/dashboard/webhooks/introduction',
  webhook: { scheme: svixWebhooks, defaultSecretEnv: 'RESEND_WEBHOOK_SECRET', events: resendEvents },
};
