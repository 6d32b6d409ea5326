import type { Measurement } from '../areas.ts';
import { sized } from '../counts.ts';
import { measureBreakerGrowth } from './breakers.ts';
import { measureEventGrowth } from './events.ts';
import { measureIntegrationGrowth } from './integrations.ts';
import { measureMemoryGrowth } from './memories.ts';

const SIZES = [sized(1_000, 100), sized(10_000, 300), sized(100_000, 1_000)];
const MILLION = sized(1_000_000, 3_000);

export const growthMeasurements: Readonly<Record<string, Measurement>> = {
  memories: ({ million }) => measureMemoryGrowth(million ? [...SIZES, MILLION] : SIZES),
  events: ({ million }) => measureEventGrowth(million ? [...SIZES, MILLION] : SIZES),
  breakers: measureBreakerGrowth,
  integrations: measureIntegrationGrowth,
};
