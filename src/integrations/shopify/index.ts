import * as z from 'zod';
import type { Provider } from '../provider.ts';
import { toShopifyError } from './errors.ts';
import { shopifyEvents } from './events.ts';
import { shopifyWebhook } from './webhook.ts';

/** https://shopify.dev/docs/api/usage/versioning */
const API_VERSION = '2026-10';

export const shopify: Provider = {
  service: 'shopify',
  title: 'Shopify',
  docs: 'https://shopify.dev/docs/api/admin-rest',
  loadOperations: async () => (await import('./operations.ts')).shopifyOperations,
  webhook: {
    scheme: shopifyWebhook,
    defaultSecretEnv: 'SHOPIFY_API_SECRET',
    events: shopifyEvents,
    // https://shopify.dev/docs/apps/build/webhooks/subscribe/https
    answerWithinS: 5,
  },
  api: {
    baseUrl: 'https://myshopify.com',
    baseUrlFor: ({ shop }) => (typeof shop === 'string' ? `https://${shop}.myshopify.com` : undefined),
    secrets: [
      {
        role: 'access_token',
        defaultEnv: 'SHOPIFY_ACCESS_TOKEN',
        description: 'Admin API access token (shpat_…)',
      },
    ],
    settings: z.strictObject({
      shop: z
        .string()
        .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
        .optional()
        .describe('Name before .myshopify.com; needed for calls'),
      api_version: z
        .string()
        .regex(/^\d{4}-\d{2}$/)
        .default(API_VERSION)
        .describe('API version'),
    }),
    requiredSettings: ['shop'],
    headers: (secrets) => ({ 'x-shopify-access-token': String(secrets['access_token']) }),
    account: ({ shop }) => (typeof shop === 'string' ? shop : undefined),
    requestIdHeader: 'x-request-id',
    toError: toShopifyError,
  },
};
