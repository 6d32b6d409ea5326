import { ERROR_CODES, isRetryable } from '../src/core/errors.ts';
import { catalogue } from '../src/integrations/catalogue.ts';
import type { Provider } from '../src/integrations/provider.ts';
import { refusalError } from '../src/resilience/refusals.ts';
import { ERROR_GUIDE, OUTCOME_GUIDE } from '../src/views/error-guide.ts';
import { table } from './markdown-table.ts';

const GENERATED = '<!-- Written by "npm run gen"; change what it is made of. -->';

/** docs/errors.md: every code and outcome, from what `guide://errors` answers. */
export function errorsPage(): string {
  const codes = ERROR_CODES.map((code) => {
    const { means, next } = ERROR_GUIDE[code];
    return [`\`${code}\``, isRetryable(code) ? 'yes' : 'no', means, next];
  });
  const outcomes = Object.entries(OUTCOME_GUIDE).map(([outcome, means]) => [`\`${outcome}\``, means]);
  return `${GENERATED}

# Errors

A tool that fails answers with \`isError\` and one JSON object as text. \`guide://errors\` has the same tables for agents.

\`\`\`json error
${JSON.stringify(exampleError(), null, 2)}
\`\`\`

| field | is |
| --- | --- |
| \`code\` | one of those below |
| \`message\`, \`hint\` | what happened, and what to do next; in our words, never a service's own, and without secrets |
| \`retryable\` | whether the same call can succeed later without a change |
| \`retry_after_ms\` | from when on a repeat makes sense, where that is known |
| \`outcome\` | what is known about the effect at the service |
| \`details\` | facts: the argument, the difference, the service's machine codes and request id |

A webhook that does not verify and a card that is declined are answers, not errors.

## Outcomes

${table(['outcome', 'means'], outcomes)}

**The rule for money and mail**: when the outcome is \`unknown\`, repeat with the same \`reference\` and the same arguments. A new reference
is a new payment. How that is kept: [payments.md](payments.md#the-guarantee), [mail.md](mail.md#when-the-outcome-is-unknown).

## Codes

${table(['code', 'retryable', 'means', 'what to do'], codes)}

Arguments of the wrong form are \`invalid_input\` and name each problem. An unknown tool or resource is an error of the protocol (\`-32602\`).
`;
}

/** docs/events.md: the events of each provider, from what `guide://webhooks-<provider>` answers. */
export function eventsPage(): string {
  const sections = [...catalogue.values()].flatMap((provider) =>
    provider.webhook?.events === undefined ? [] : [eventSection(provider)],
  );
  return `${GENERATED}

# Webhook events

What each event means and what a handler does with it. \`sign_webhook\` and \`replay_webhook\` make a realistic, signed delivery of any of
them; \`guide://webhooks-stripe\` and its kin hold the same for agents. How each provider signs: [webhooks.md](webhooks.md#how-providers-sign).
What Breakwater's own listener does with those of Stripe and SendGrid: [payments.md](payments.md#events), [mail.md](mail.md#what-becomes-of-a-mail).

For all of them: verify the bytes before parsing, store the event under its id before answering 2xx, answer fast and work afterwards, expect
duplicates and any order, and let types you do not know pass with 2xx.

${sections.join('\n\n')}
`;
}

/** What a call gets while the breaker is open. */
function exampleError() {
  const refusal = { refused: 'open', retryAfterMs: 1166, reason: 'status 503' } as const;
  const { code, message, hint, retryable, retryAfterMs, outcome, details } = refusalError(
    'api.stripe.com/write',
    refusal,
  );
  return { code, message, hint, retryable, retry_after_ms: retryAfterMs, outcome, details };
}

function eventSection({ service, title, docs, webhook }: Provider): string {
  const rows = Object.entries(webhook?.events?.types ?? {}).map(([type, { about }]) => [`\`${type}\``, about]);
  const limit = webhook?.answerWithinS;
  const facts = [
    `provider \`${service}\``,
    `secret in \`${webhook?.defaultSecretEnv}\``,
    ...(limit === undefined ? [] : [`wants its answer within ${limit} s`]),
    `[documentation](${docs})`,
  ];
  return `## ${title}\n\n${facts.join(' · ')}\n\n${table(['event', 'when, and what a handler does'], rows)}`;
}
