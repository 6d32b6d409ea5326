import { svixWebhooks } from '../../webhooks/standard-webhooks.ts';
import type { Provider } from '../provider.ts';
import { clerkEvents } from './events.ts';

export const clerk: Provider = {
  service: 'clerk',
  title: 'Clerk',
  docs: 'https://clerk.com/docs/guides/development/webhooks/overview',
  webhook: { scheme: svixWebhooks, defaultSecretEnv: 'CLERK_WEBHOOK_SIGNING_SECRET', events: clerkEvents },
};
