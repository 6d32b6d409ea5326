import type { TestClock } from './billing-objects.ts';
import type { Resource } from './resource-routes.ts';

export const testClocks: Resource<TestClock> = {
  path: '/v1/test_helpers/test_clocks',
  kind: 'test_helpers.test_clock',
  label: 'billing test clock',
  objects: (account) => account.testClocks,
};
