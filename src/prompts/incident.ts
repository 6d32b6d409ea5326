import type { Prompt } from '../core/prompt.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { Breakers } from '../resilience/breakers.ts';
import { describeBreaker } from '../views/breaker-view.ts';
import { numbered, paragraphs } from './passages.ts';
import type { MemoryDeps } from './relevant-memories.ts';
import { relevantMemories } from './relevant-memories.ts';

type Deps = MemoryDeps & { integrations: Integrations; breakers: Breakers };

/** Breakers shown: those of one incident, not of a fleet. */
const MAX_BREAKERS = 10;

export const incident: Prompt<Deps> = {
  name: 'incident',
  title: 'What broke?',
  description: 'Collects what breakers, events and the memory know about a failure, and leads to its cause',
  arguments: [
    {
      name: 'integration',
      description: 'Name of the integration (default: all of them)',
      required: false,
      async complete(typed, { integrations }, { workspace }) {
        const { reports } = await integrations.list(workspace);
        const names = reports.map(({ integration: { name } }) => name);
        return names.filter((name) => name.startsWith(typed));
      },
    },
    { name: 'symptom', description: 'What is seen, for instance "payments fail since 02:10"', required: false },
  ],
  async build({ integration, symptom }, deps, caller) {
    const about = integration ? `the integration ${JSON.stringify(integration)}` : 'an integration';
    const subject = integration || symptom ? `${integration ?? ''} ${symptom ?? ''}` : 'breaker opened failure';
    return paragraphs(
      `Something is wrong with ${about}.${symptom ? ` Symptom: ${JSON.stringify(symptom)}.` : ''}`,
      `Circuit breakers that are not quiet now (JSON lines):
${(await openBreakers(deps)) || 'none: all breakers are closed and nothing is throttled'}`,
      await relevantMemories(subject, deps, caller),
      numbered(deps, [
        [
          'breaker_status: since when, how many failures, last error, throttled until.',
          'list_integrations: is a variable missing, is the key of the wrong mode?',
        ],
        [
          'list_webhook_events with status failed or unverified since the time it began: what did not arrive, what was refused?',
          "verify_webhook with an event's id says why.",
        ],
        [
          "Payments in doubt: retrieve_payment_intent shows the service's view and ours, and what disagrees.",
          'An error with outcome unknown is repeated with the same reference and arguments only.',
        ],
        [
          'Decide: wait (retry_after_ms), or fix the configuration.',
          'control_breaker with a reason and for_ms holds a breaker open while the service recovers.',
          'Say what was executed and what was not.',
        ],
        [
          'When it is over: replay_webhook for events that failed.',
          'Last, store_memory with cause, effect and remedy (context_type "error", importance 8, tags "incident").',
        ],
      ]),
    );
  },
};

async function openBreakers({ breakers }: Deps): Promise<string> {
  const statuses = await Promise.all((await breakers.keys()).map((key) => breakers.status(key)));
  const loud = statuses
    .map(describeBreaker)
    .filter(({ state, throttled_until }) => state !== 'closed' || throttled_until);
  return loud
    .slice(0, MAX_BREAKERS)
    .map((breaker) => JSON.stringify(breaker))
    .join('\n');
}
