import type { Prompt } from '../core/prompt.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { Guide } from '../views/guides.ts';
import { completeService } from './complete-service.ts';
import { numbered, paragraphs } from './passages.ts';
import type { MemoryDeps } from './relevant-memories.ts';
import { relevantMemories } from './relevant-memories.ts';

type Deps = MemoryDeps & { integrations: Integrations; guides: readonly Guide[] };

export const integrateService: Prompt<Deps> = {
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
    return paragraphs(
      `Integrate the service ${subject} into this repository.${goal ? ` What it is for: ${JSON.stringify(goal)}.` : ''}`,
      await relevantMemories(`${service} ${goal ?? ''}`, deps, caller),
      deps.offered.tell(
        `First, search_memories for more about ${subject}.`,
        'detect_repository says whether this is a library or a consumer and where the integration belongs.',
        'list_integrations shows what is configured.',
        'configure_integration takes NAMES of environment variables, never values.',
      ),
      'One step after the other, each verified before the next:',
      numbered(deps, steps(subject, guideAbout(service, deps))),
      'Stay in test mode. Ask the person before anything that costs money or reaches real people.',
    );
  },
};

/** @param subject the service, quoted */
function steps(subject: string, guide: Guide | undefined): string[][] {
  return [
    [
      'Client: an HTTP client with base URL, authentication from the environment and a timeout on every call.',
      `scaffold_integration with dry_run shows a model of all of this for ${subject}.`,
    ],
    ['Interceptors: log method, path, status and time; never headers, bodies or keys. They do not retry.'],
    [
      'Retry: exponential backoff with full jitter, honours Retry-After, only what is safe to repeat; a POST carries an idempotency key.',
    ],
    ['Circuit breaker: one for each host, opens on failures of the service (not on 4xx), tries again by itself.'],
    [
      'Webhooks: verify the signature over the raw bytes before anything parses them, refuse stale timestamps, store the event once, answer 2xx, then process.',
      'sign_webhook makes test events, verify_webhook explains a refusal.',
    ],
    [
      'Service layer: functions in the words of the business, money in whole minor units, typed errors that separate what may be repeated.',
    ],
    ['Mocks: doubles of the service for tests.', 'simulate_service runs one on loopback, with faults.'],
    [
      'Tests: success, decline, timeout, 429, duplicate and shuffled events.',
      'replay_webhook gives a verdict on the handler.',
      'check_integration finds known mistakes: fix every finding.',
    ],
    [
      'Document each webhook event: when it is sent, what the handler does.',
      ...(guide === undefined ? [] : [`The resource guide://${guide.topic} has examples.`]),
    ],
    [
      `Report: store_memory, content as JSON with agent, action, service, status and the decisions, category "backend", tags "integration" and ${subject}.`,
    ],
  ];
}

/** Undefined for a service that sends no webhooks, or that nobody knows. */
function guideAbout(service: string, { guides }: Deps): Guide | undefined {
  return guides.find(({ topic }) => topic === `webhooks-${service.trim().toLowerCase()}`);
}
