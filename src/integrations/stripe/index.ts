import * as z from 'zod';
import { eventHooks, eventMail } from '../event-hooks.ts';
import type { Mode, Provider } from '../provider.ts';
import { toStripeError } from './errors.ts';
import { stripeEvents } from './events/index.ts';
import { LIST } from './pagination.ts';
import { stripeOccurrence, stripeWebhook } from './webhook.ts';

/** The API version that the operations and schemas of this folder were written against. */
export const STRIPE_API_VERSION = '2026-10-28.endive';

const KEY = /^[sr]k_(test|live)_\w+$/;
const DAY_MS = 24 * 60 * 60 * 1000;

/** https://docs.stripe.com/keys */
function modeOfStripeKey(value: string): Mode | undefined {
  const mode = KEY.exec(value)?.[1];
  return mode === 'test' || mode === 'live' ? mode : undefined;
}

export const stripe: Provider = {
  service: 'stripe',
  title: 'Stripe',
  docs: 'https://docs.stripe.com/api',
  loadOperations: async () => (await import('./operations/index.ts')).stripeOperations,
  loadSimulator: async () => (await import('./simulator/index.ts')).createStripeSimulator,
  webhook: {
    scheme: stripeWebhook,
    defaultSecretEnv: 'STRIPE_WEBHOOK_SECRET',
    events: stripeEvents,
    occurrence: stripeOccurrence,
  },
  api: {
    baseUrl: 'https://api.stripe.com',
    secrets: [
      {
        role: 'api_key',
        defaultEnv: 'STRIPE_SECRET_KEY',
        description: 'Secret or restricted API key (sk_test_…, rk_test_…)',
        modeOf: modeOfStripeKey,
        problem: (value) =>
          modeOfStripeKey(value) === undefined
            ? 'it is not a secret or restricted Stripe key (sk_…, rk_…).'
            : undefined,
      },
    ],
    settings: z.strictObject({
      account: z
        .string()
        .regex(/^acct_[A-Za-z0-9]+$/)
        .optional()
        .describe('Connected account (acct_…) on whose behalf to call'),
      api_version: z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}(?:\.[a-z]+)?$/)
        .optional()
        .describe(`API version to pin (default ${STRIPE_API_VERSION})`),
      on: eventHooks.optional().describe('What follows an event, by type: {"payment_intent.succeeded": "memory"}'),
      on_mail: eventMail.optional().describe('Whom the hook "mail" tells: {from, to}'),
    }),
    headers: (secrets, settings) => ({
      authorization: `Bearer ${secrets['api_key']}`,
      'stripe-version': String(settings['api_version'] ?? STRIPE_API_VERSION),
      ...(settings['account'] === undefined ? {} : { 'stripe-account': String(settings['account']) }),
    }),
    account: ({ account }) => (typeof account === 'string' ? account : undefined),
    conventions: { encoding: 'form', pagination: LIST },
    // https://docs.stripe.com/api/idempotent_requests
    idempotency: { header: 'idempotency-key', replayedHeader: 'idempotent-replayed', lifetimeMs: DAY_MS },
    requestIdHeader: 'request-id',
    toError: toStripeError,
  },
};
