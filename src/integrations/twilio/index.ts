import * as z from 'zod';
import type { Provider } from '../provider.ts';
import { toTwilioError } from './errors.ts';
import { twilioEvents } from './events.ts';
import { twilioWebhook } from './webhook.ts';

export const twilio: Provider = {
  service: 'twilio',
  title: 'Twilio',
  docs: 'https://www.twilio.com/docs/messaging/api',
  loadOperations: async () => (await import('./operations.ts')).twilioOperations,
  webhook: { scheme: twilioWebhook, defaultSecretEnv: 'TWILIO_AUTH_TOKEN', events: twilioEvents },
  api: {
    baseUrl: 'https://api.twilio.com',
    secrets: [
      {
        role: 'auth_token',
        defaultEnv: 'TWILIO_AUTH_TOKEN',
        description: 'Auth token, or the secret of the API key that settings.api_key_sid names',
      },
    ],
    settings: z.strictObject({
      account_sid: z
        .string()
        .regex(/^AC[0-9a-f]{32}$/)
        .optional()
        .describe('Account (AC…); needed for calls'),
      api_key_sid: z
        .string()
        .regex(/^SK[0-9a-f]{32}$/)
        .optional()
        .describe('API key (SK…), when the variable holds its secret'),
    }),
    requiredSettings: ['account_sid'],
    // https://www.twilio.com/docs/usage/requests-to-twilio#authenticate-with-http
    headers: (secrets, { account_sid, api_key_sid }) => ({
      authorization: `Basic ${Buffer.from(`${api_key_sid ?? account_sid}:${secrets['auth_token']}`).toString('base64')}`,
    }),
    account: ({ account_sid }) => (typeof account_sid === 'string' ? account_sid : undefined),
    requestIdHeader: 'twilio-request-id',
    toError: toTwilioError,
  },
};
