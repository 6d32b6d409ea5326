import type { Prompt } from '../core/prompt.ts';
import type { Integrations } from '../integrations/integrations.ts';
import { completeService } from './complete-service.ts';
import type { MemoryDeps } from './relevant-memories.ts';
import { relevantMemories } from './relevant-memories.ts';

export const integrateService: Prompt<MemoryDeps & { integrations: Integrations }> = {
  name: 'integrate_service',
  title: 'Integrate a service',
  description: 'Adds a third-party service to this repository in ten steps, from its client to a report in the memory',
  arguments: [
    {
      name: 'service',
      description: 'For instance stripe, sendgrid, github',
      required: true,
      complete: completeService,
    },
    { name: 'goal', description: 'What the integration is for, in a sentence', required: false },
  ],
  async build({ service = '', goal }, deps, caller) {
    const subject = JSON.stringify(service);
    return `Integrate the service ${subject} into this repository.${goal ? ` What it is for: ${JSON.stringify(goal)}.` : ''}

${await relevantMemories(`${service} ${goal ?? ''}`, deps, caller)}

First: search_memories for more about ${subject}; detect_repository says whether this is a library or a consumer and where the integration belongs; list_integrations shows what is configured. configure_integration takes NAMES of environment variables, never values.

Then, one step after the other, each verified before the next:
1. Client: an HTTP client with base URL, authentication from the environment and a timeout on every call. scaffold_integration with dry_run shows a model of all of this for ${subject}.
2. Interceptors: log method, path, status and time; never headers, bodies or keys. They do not retry.
3. Retry: exponential backoff with full jitter, honours Retry-After, only what is safe to repeat; a POST carries an idempotency key.
4. Circuit breaker: one for each host, opens on failures of the service (not on 4xx), tries again by itself.
5. Webhooks: verify the signature over the raw bytes before anything parses them, refuse stale timestamps, store the event once, answer 2xx, then process. sign_webhook makes test events, verify_webhook explains a refusal.
6. Service layer: functions in the words of the business, money in whole minor units, typed errors that separate what may be repeated.
7. Mocks: simulate_service runs a double on loopback, with faults.
8. Tests: success, decline, timeout, 429, duplicate and shuffled events; replay_webhook gives a verdict on the handler. check_integration finds known mistakes: fix every finding.
9. Document each webhook event: when it is sent, what the handler does. The resource guide://webhooks-${service} has examples.
10. Report: store_memory, content as JSON with agent, action, service, status and the decisions, category "backend", tags "integration" and ${subject}.

Stay in test mode. Ask the person before anything that costs money or reaches real people.`;
  },
};
