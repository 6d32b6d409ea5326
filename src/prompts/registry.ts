import type { Prompt } from '../core/prompt.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { Breakers } from '../resilience/breakers.ts';
import { debugWebhook } from './debug-webhook.ts';
import { incident } from './incident.ts';
import { integrateService } from './integrate-service.ts';
import { reviewIntegration } from './review-integration.ts';

export interface PromptDeps {
  memory: MemoryStore;
  integrations: Integrations;
  breakers: Breakers;
}

/** Every prompt, in the order in which they are listed. */
export const prompts: readonly Prompt<PromptDeps>[] = [integrateService, debugWebhook, reviewIntegration, incident];
