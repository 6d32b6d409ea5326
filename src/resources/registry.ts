import type { Resource } from '../core/resource.ts';
import type { ToolDeps } from '../tools/registry.ts';
import { breakerResource } from './breaker.ts';
import { integrationResource } from './integration.ts';
import { memoryResource } from './memory.ts';
import { recentMemoriesResource } from './recent-memories.ts';

/** Every resource; a fixed address comes before a template that would match it too. */
export const resources: readonly Resource<ToolDeps>[] = [
  integrationResource,
  breakerResource,
  recentMemoriesResource,
  memoryResource,
];
