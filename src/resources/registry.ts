import type { Resource } from '../core/resource.ts';
import type { SubscriptionService } from '../payments/subscription-service.ts';
import type { Metrics } from '../resilience/metrics.ts';
import type { ToolDeps } from '../tools/registry.ts';
import type { Guide } from '../views/guides.ts';
import { breakerResource } from './breaker.ts';
import { guideResource } from './guide.ts';
import { integrationResource } from './integration.ts';
import { memoryResource } from './memory.ts';
import { paymentResource } from './payment.ts';
import { recentMemoriesResource } from './recent-memories.ts';
import { serviceMetricsResource } from './service-metrics.ts';
import { subscriptionResource } from './subscription.ts';
import { webhookEventResource } from './webhook-event.ts';

/** Everything that some tool or resource uses; `app.ts` holds one object that satisfies it. */
export type ResourceDeps = ToolDeps & {
  metrics: Metrics;
  subscriptions: SubscriptionService;
  guides: readonly Guide[];
};

/** Every resource; a fixed address comes before a template that would match it too. */
export const resources: readonly Resource<ResourceDeps>[] = [
  integrationResource,
  breakerResource,
  paymentResource,
  subscriptionResource,
  serviceMetricsResource,
  recentMemoriesResource,
  memoryResource,
  webhookEventResource,
  guideResource,
];
