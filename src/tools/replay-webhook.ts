import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseLoopbackUrl } from '../core/loopback.ts';
import { redactSecrets } from '../core/redact.ts';
import type { Secrets } from '../core/secrets.ts';
import { isEnvName } from '../core/secrets.ts';
import { defineTool } from '../core/tool.ts';
import type { ConfiguredWebhook, ConfiguredWebhooks } from '../integrations/configured-webhooks.ts';
import { findWebhook } from '../integrations/configured-webhooks.ts';
import { describeReplay, replayView } from '../views/replay-view.ts';
import type { EventLog, LoggedEvent } from '../webhooks/event-log.ts';
import { maskEventText } from '../webhooks/mask-event.ts';
import { FAULTS } from '../webhooks/replay/faults.ts';
import { ORDERS } from '../webhooks/replay/order.ts';
import type { ReplayEvent, Signer } from '../webhooks/replay/outgoing.ts';
import { canSign, isShared } from '../webhooks/replay/outgoing.ts';
import { replayEvents } from '../webhooks/replay/replay.ts';
import { replayOf, storyOf } from '../webhooks/replay/sources.ts';

const DEFAULT_ANSWER_WITHIN_S = 10;

interface Deps {
  events: EventLog;
  webhooks: ConfiguredWebhooks;
  secrets: Secrets;
  clock: Clock;
}

const input = z.strictObject({
  ids: z.array(z.string()).max(25).optional().describe('Stored events (default: the newest)'),
  provider: z.string().optional().describe('Of the events'),
  examples: z.array(z.string()).optional().describe('Event types to rehearse'),
  to: z.string().optional().describe('Loopback URL (default: the last)'),
  state_url: z.string().optional().describe('Loopback GET: recorded state as JSON'),
  times: z.int().min(1).max(10).optional().describe('Default 1'),
  order: z.enum(ORDERS).optional().describe('Default as_received'),
  seed: z.number().optional().describe('Of a shuffle'),
  resign: z.boolean().optional().describe('Default: if too old'),
  secret_env: z.string().optional().describe('NAME of the signing secret or key'),
  faults: z
    .array(z.enum([...FAULTS, 'all']))
    .optional()
    .describe('To try as well'),
});

type Args = z.output<typeof input>;

export const replayWebhook = defineTool({
  name: 'replay_webhook',
  title: 'Replay webhooks locally',
  description:
    'Sends stored events or signed examples to a local handler and judges it. Returns run, attempts[] (status, ms, changed), ' +
    'verdict[] (point, result pass|fail|unknown, evidence, fix).',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  input,
  output: replayView,
  async run(args, { events: log, webhooks, secrets, clock }: Deps, { caller, signal, progress }) {
    const { workspace } = caller;
    const stored = args.examples === undefined ? await findStored(args, log, workspace) : [];
    const provider = stored[0]?.provider ?? args.provider ?? '';
    const webhook = findWebhook(await webhooks.list(workspace), provider);
    const events = args.examples === undefined ? stored.map(replayOf) : chooseExamples(args, webhook, clock);
    const target = await chooseTarget(args, stored, log, workspace);
    const signer = chooseSigner(args, webhook, secrets, stored[0]?.url ?? target.href);
    const mask = (text: string) => redactSecrets(maskEventText(secrets.mask?.(text) ?? text)).text;
    const result = await replayEvents(
      {
        workspace,
        events,
        scheme: webhook.scheme,
        signer,
        resign: args.resign,
        target,
        stateUrl: args.state_url === undefined ? undefined : parseLoopbackUrl(args.state_url, 'state_url'),
        times: args.times ?? 1,
        order: args.order ?? 'as_received',
        seed: args.seed,
        faults: args.faults?.includes('all') ? FAULTS : FAULTS.filter((fault) => args.faults?.includes(fault)),
        answerWithinMs: (webhook.answerWithinS ?? DEFAULT_ANSWER_WITHIN_S) * 1_000,
      },
      { events: log, clock, mask },
      signal,
      progress,
    );
    return describeReplay(result, target, mask);
  },
});

/** Oldest first, all of one provider. */
async function findStored({ ids, provider }: Args, log: EventLog, workspace: string): Promise<LoggedEvent[]> {
  const wanted = ids ?? (await log.list(workspace, { provider, limit: 1 })).map(({ id }) => id);
  const found = await Promise.all([...new Set(wanted)].sort().map((id) => log.get(workspace, id)));
  const events = found.filter((event) => event !== undefined);
  if (events.length === 0 || events.length < found.length) {
    throw new AppError('not_found', 'There is no such event in the log.', {
      hint: 'See list_webhook_events; or rehearse without any: give provider, examples (event types, as in sign_webhook) and to.',
    });
  }
  if (new Set(events.map((event) => event.provider)).size === 1) return events;
  throw new AppError('invalid_input', 'These events are of several providers.', {
    hint: 'Replay those of one provider at a time.',
  });
}

function chooseExamples(
  { examples = [], provider = '' }: Args,
  webhook: ConfiguredWebhook,
  clock: Clock,
): ReplayEvent[] {
  const types = webhook.events?.types ?? {};
  const chosen = examples.map((type) => {
    const example = Object.hasOwn(types, type) ? types[type]?.example : undefined;
    if (example !== undefined) return [type, example] as const;
    throw new AppError('invalid_input', `There is no such example of ${provider}.`, {
      hint: `Use: ${Object.keys(types).join(', ') || 'stored events; this provider has no examples'}.`,
    });
  });
  return webhook.events === undefined ? [] : storyOf(webhook.events, chosen, webhook.scheme, clock.now());
}

async function chooseTarget({ to }: Args, [event]: LoggedEvent[], log: EventLog, workspace: string): Promise<URL> {
  if (to !== undefined) return parseLoopbackUrl(to, 'to');
  const attempts = event === undefined ? [] : await log.attempts(workspace, event.id);
  const last = attempts.findLast(({ target }) => target !== undefined)?.target;
  if (last !== undefined) return parseLoopbackUrl(last, 'The last target of this event');
  throw new AppError('invalid_input', 'It is not known where to send this.', {
    hint: 'Name the handler in "to", for instance http://127.0.0.1:3000/webhooks.',
  });
}

/** Undefined where there is no secret that could sign; a secret that was named must. */
function chooseSigner(
  { secret_env, resign, examples }: Args,
  { scheme, secretNames }: ConfiguredWebhook,
  secrets: Secrets,
  url: string,
): Signer | undefined {
  if (secret_env !== undefined && !isEnvName(secret_env)) {
    throw new AppError('invalid_input', 'secret_env must be the name of an environment variable, not a value.');
  }
  const names = secret_env === undefined ? secretNames : [secret_env];
  const signers = names.flatMap((name) => {
    const secret = secrets.get(name);
    return secret === undefined ? [] : [{ scheme, secret, url }];
  });
  const signer = signers.find(secret_env === undefined ? isShared : canSign);
  const mustSign = secret_env !== undefined || examples !== undefined || resign === true;
  if (signer !== undefined || !mustSign) return signer;
  const what = signers.length === 0 ? 'is not set' : 'is no key to sign with';
  throw new AppError('not_configured', `${names.join(', ')} ${what}. Nothing was sent.`, {
    hint: 'Name in secret_env a variable of this server that holds the secret of the handler; for public keys (SendGrid, Discord) the private key of a pair of your own.',
  });
}
