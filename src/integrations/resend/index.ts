import * as z from 'zod';
import { svixWebhooks } from '../../webhooks/standard-webhooks.ts';
import type { Provider } from '../provider.ts';
import { toResendError } from './errors.ts';
import { resendEvents } from './events.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export const resend: Provider = {
  service: 'resend',
  title: 'Resend',
  docs: 'https://resend.com/docs/api-reference',
  loadOperations: async () => (await import('./operations.ts')).resendOperations,
  webhook: { scheme: svixWebhooks, defaultSecretEnv: 'RESEND_WEBHOOK_SECRET', events: resendEvents },
  api: {
    baseUrl: 'https://api.resend.com',
    secrets: [
      {
        role: 'api_key',
        defaultEnv: 'RESEND_API_KEY',
        description: 'API key (re_…)',
        problem: (value) => (value.startsWith('re_') ? undefined : 'it is not a Resend API key (re_…).'),
      },
    ],
    settings: z.strictObject({}),
    // Requests without a user agent are refused: https://resend.com/docs/api-reference/introduction#user-agent
    headers: (secrets) => ({ authorization: `Bearer ${secrets['api_key']}`, 'user-agent': 'breakwater-mcp' }),
    // https://resend.com/docs/dashboard/emails/idempotency-keys
    idempotency: { header: 'idempotency-key', lifetimeMs: DAY_MS },
    requestIdHeader: 'x-request-id',
    toError: toResendError,
  },
};
