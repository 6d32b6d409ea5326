import * as z from 'zod';
import type { Provider } from '../provider.ts';
import { toSendGridError } from './errors.ts';
import { sendgridEvents } from './events.ts';
import { sendgridWebhook } from './webhook.ts';

export const sendgrid: Provider = {
  service: 'sendgrid',
  title: 'SendGrid',
  docs: 'https://www.twilio.com/docs/sendgrid',
  loadOperations: async () => (await import('./operations/index.ts')).sendGridOperations,
  loadSimulator: async () => (await import('./simulator/index.ts')).createSendgridSimulator,
  webhook: { scheme: sendgridWebhook, defaultSecretEnv: 'SENDGRID_WEBHOOK_PUBLIC_KEY', events: sendgridEvents },
  api: {
    baseUrl: 'https://api.sendgrid.com',
    // https://www.twilio.com/docs/sendgrid/api-reference/mail-send#base-url
    baseUrlFor: ({ region }) => (region === 'eu' ? 'https://api.eu.sendgrid.com' : undefined),
    secrets: [
      {
        role: 'api_key',
        defaultEnv: 'SENDGRID_API_KEY',
        description: 'API key (SG.…)',
        problem: (value) => (value.startsWith('SG.') ? undefined : 'it is not a SendGrid API key (SG.…).'),
      },
    ],
    settings: z.strictObject({
      region: z.enum(['global', 'eu']).optional().describe('eu for subusers whose data stays in the EU'),
      subuser: z.string().min(1).max(255).optional().describe('Subuser on whose behalf to call'),
    }),
    headers: (secrets, { subuser }) => ({
      authorization: `Bearer ${secrets['api_key']}`,
      ...(typeof subuser === 'string' ? { 'on-behalf-of': subuser } : {}),
    }),
    account: ({ subuser }) => (typeof subuser === 'string' ? subuser : undefined),
    requestIdHeader: 'x-message-id',
    toError: toSendGridError,
  },
};
