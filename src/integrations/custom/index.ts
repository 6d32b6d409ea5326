import type { Provider } from '../provider.ts';
import { customApi } from './api.ts';

/** A service that nobody described here: the user says where it is, how to call it and how it signs. */
export const custom: Provider = {
  service: 'custom',
  title: 'Custom service',
  docs: 'docs/integrations.md',
  apiOf: customApi,
  webhook: { defaultSecretEnv: 'CUSTOM_WEBHOOK_SECRET' },
};
