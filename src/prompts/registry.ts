import type { Prompt } from '../core/prompt.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { Breakers } from '../resilience/breakers.ts';
import type { Guide } from '../views/guides.ts';
import { debugWebhook } from './debug-webhook.ts';
import { incident } from './incident.ts';
import { integrateService } from './integrate-service.ts';
import type { MemoryDeps } from './relevant-memories.ts';
import { reviewIntegration } from './review-integration.ts';

export interface PromptDeps extends MemoryDeps {
  integrations: Integrations;
  breakers: Breakers;
  guides: readonly Guide[];
}

/** Every prompt, in the order in which they are listed. */
export const prompts: readonly Prompt<PromptDeps>[] = [integrateService, debugWebhook, reviewIntegration, incident];
