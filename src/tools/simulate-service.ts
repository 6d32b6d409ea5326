import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { isEnvName } from '../core/secrets.ts';
import { defineTool } from '../core/tool.ts';
import { parseFaults } from '../simulator/faults.ts';
import type { RunningSimulator } from '../simulator/simulator.ts';
import type { Simulators } from '../simulator/simulators.ts';
import type { WebhookTarget } from '../simulator/webhook-target.ts';

/** Lines of each log in an answer. */
const SHOWN = 20;

interface Deps {
  simulators: Simulators;
  secrets: Secrets;
}

const input = z.strictObject({
  service: z.string().describe('stripe, sendgrid, slack or github'),
  action: z.enum(['start', 'stop', 'status', 'script', 'reset', 'trigger']).describe('What to do'),
  port: z.int().min(0).max(65_535).optional().describe('Of start; default a free one'),
  webhook: z
    .strictObject({
      url: z.string().describe('http, loopback'),
      secret_env: z.string().describe('Variable that signs'),
    })
    .optional()
    .describe('Of start: where events go'),
  script: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe('Faults {kind, times?, method?, path_prefix?, event_type?, status?, ms?, retry_after?}'),
  event: z
    .strictObject({
      type: z.string().optional().describe('Event type'),
      overrides: z.record(z.string(), z.unknown()).optional().describe('Parameters of its object'),
      resend: z.string().optional().describe('Id of an event to deliver again'),
    })
    .optional()
    .describe('Of trigger'),
});

/** Logs hold the last lines, oldest first; `event_types` is what trigger takes. */
const output = z.object({
  running: z.boolean(),
  url: z.string().optional(),
  requests: z.array(z.record(z.string(), z.unknown())).optional(),
  deliveries: z.array(z.record(z.string(), z.unknown())).optional(),
  event: z.record(z.string(), z.unknown()).optional(),
  event_types: z.array(z.string()).optional(),
});

type Args = z.output<typeof input>;
type Answer = z.output<typeof output>;

export const simulateService = defineTool({
  name: 'simulate_service',
  title: 'Simulate a service',
  description:
    'Runs a stateful double of a service on loopback, to rehearse without an account: errors, webhooks, faults (kind: status, ' +
    'rate_limit, drop, delay, reset_after_executing, slow_body, bad_json, wrong_length, webhook_duplicate|delay|lost|bad_signature). ' +
    'Returns its url, logs and triggered event.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  input,
  output,
  async run(args, { simulators, secrets }: Deps) {
    const { service } = args;
    if (args.action === 'start') {
      const webhook = args.webhook === undefined ? undefined : readTarget(secrets, args.webhook);
      const started = await simulators.start(service, { port: args.port, webhook });
      if (args.script !== undefined) started.script(parseFaults(args.script));
      return describe(started);
    }
    if (args.action === 'stop') {
      await simulators.stop(service);
      return { running: false };
    }
    if (args.action === 'status' && (await simulators.find(service)) === undefined) {
      simulators.check(service);
      return { running: false };
    }
    return act(await simulators.get(service), args);
  },
});

async function act(simulator: RunningSimulator, args: Args): Promise<Answer> {
  if (args.action === 'reset') simulator.reset();
  if (args.action === 'script') simulator.script(parseFaults(args.script ?? []));
  if (args.action === 'trigger') return { ...describe(simulator), event: await trigger(simulator, args.event) };
  return describe(simulator);
}

async function trigger(simulator: RunningSimulator, event: Args['event']): Promise<Record<string, unknown>> {
  if (event?.resend !== undefined) {
    return { event_id: event.resend, resent: simulator.resend(event.resend) };
  }
  if (event?.type === undefined) {
    throw new AppError('invalid_input', 'event.type or event.resend is missing.', {
      hint: `Types: ${simulator.eventTypes.join(', ')}.`,
    });
  }
  const { type, eventId, objectId } = await simulator.trigger(event.type, event.overrides);
  return { type, event_id: eventId, object_id: objectId };
}

function describe({ url, requests, deliveries, eventTypes }: RunningSimulator): Answer {
  return {
    running: true,
    url,
    requests: requests.slice(-SHOWN).map(({ idempotencyKey, ...request }) => ({
      ...request,
      idempotency_key: idempotencyKey,
    })),
    deliveries: deliveries.slice(-SHOWN).map((delivery) => ({ ...delivery })),
    event_types: [...eventTypes],
  };
}

function readTarget(secrets: Secrets, { url, secret_env: name }: { url: string; secret_env: string }): WebhookTarget {
  if (!isEnvName(name)) {
    throw new AppError(
      'invalid_input',
      'webhook.secret_env must be the name of an environment variable, not a value.',
      {
        hint: 'Put the secret into the environment of this server and pass the name of its variable.',
      },
    );
  }
  const secret = secrets.get(name);
  if (secret !== undefined) return { url, secret };
  throw new AppError('not_configured', `${name} is not set in the environment of this server.`, {
    hint: 'Set it where the server is started, to the secret that the handler verifies with, and restart the server.',
  });
}
