import type { Prompt } from '../core/prompt.ts';
import { numbered, paragraphs } from './passages.ts';
import type { MemoryDeps } from './relevant-memories.ts';
import { relevantMemories } from './relevant-memories.ts';

export const reviewIntegration: Prompt<MemoryDeps> = {
  name: 'review_integration',
  title: 'Review an integration',
  description: 'Reviews the code of an integration: safety of secrets, money, webhooks, retries and breakers',
  arguments: [
    {
      name: 'path',
      description: 'Folder of the integration, for instance services/integrations/stripe',
      required: true,
    },
  ],
  async build({ path = '' }, deps, caller) {
    const service = path.split('/').findLast((part) => part !== '') ?? '';
    return paragraphs(
      `Review the integration in ${JSON.stringify(path)}.`,
      await relevantMemories(service, deps, caller),
      numbered(deps, [
        [
          'check_integration on the folder: every finding with its line; say which are real and which are suppressed with which reason.',
        ],
        [
          'Read the code for what no rule sees: does each write carry an idempotency key that survives a restart? Is an unknown outcome ever repeated blindly? What happens to an event when the process dies between storing and processing? Are amounts whole minor units everywhere? Can a key reach a log?',
        ],
        [
          'Limits: is there a timeout on every call, one retry layer and not two, a breaker that recovers, a reaction to 429 and Retry-After?',
        ],
        [
          'Tests: do they fail when the handler is broken?',
          'replay_webhook with faults tries the running handler.',
          'simulate_service with script makes timeouts and resets after executing.',
        ],
        [
          'Report by severity: file and line, what can go wrong in production, the fix.',
          'store_memory the summary (context_type "insight", tags "review" and "integration").',
        ],
      ]),
      'Change nothing unless the person asks for it.',
    );
  },
};
