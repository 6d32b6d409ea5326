import type { Provider } from '../provider.ts';

/** A service that nobody described here: the user says how it signs. */
export const custom: Provider = {
  service: 'custom',
  title: 'Custom service',
  docs: 'docs/webhooks.md',
  webhook: { defaultSecretEnv: 'CUSTOM_WEBHOOK_SECRET' },
};
