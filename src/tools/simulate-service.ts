import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { isEnvName } from '../core/secrets.ts';
import { defineTool } from '../core/tool.ts';
import type { RunningSimulator, WebhookTarget } from '../simulator/contract.ts';
import { parseFaults } from '../simulator/faults.ts';
import type { Simulators } from '../simulator/simulators.ts';

/** Lines of each log in an answer. */
const SHOWN = 20;

interface Deps {
  simulators: Simulators;
  secrets: Secrets;
}

const input = z.strictObject({
  service: z.string().describe('stripe, sendgrid, slack, github'),
  action: z.enum(['start', 'stop', 'status', 'script', 'reset', 'trigger']).describe('Step'),
  port: z.int().optional().describe('Of start'),
  webhook: z
    .strictObject({ url: z.string(), secret_env: z.string() })
    .optional()
    .describe('Of start; signed with the NAMED secret'),
  script: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe('Faults {kind, times?, …}; a wrong kind lists all'),
  event: z.string().optional().describe('Type, or id to resend'),
  overrides: z.record(z.string(), z.unknown()).optional().describe('Of its object'),
});

/** `log`: the last requests and deliveries, oldest first; of start and status also the event types that can be triggered. */
const output = z.object({
  running: z.boolean(),
  url: z.string().optional(),
  event: z.record(z.string(), z.unknown()).optional(),
  log: z.record(z.string(), z.unknown()).optional(),
});

type Args = z.output<typeof input>;
type Answer = z.output<typeof output>;

export const simulateService = defineTool({
  name: 'simulate_service',
  title: 'Simulate a service',
  description:
    'Runs a stateful double of a service on loopback. Returns its url (for base_url) and log: requests, deliveries (start, status: event_types).',
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
      return describe(started, true);
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
  const event = args.action === 'trigger' ? await trigger(simulator, args) : undefined;
  return { ...describe(simulator, args.action === 'status'), event };
}

async function trigger(simulator: RunningSimulator, { event, overrides }: Args): Promise<Record<string, unknown>> {
  if (event === undefined) {
    throw new AppError('invalid_input', 'event is missing.', { hint: `Types: ${simulator.eventTypes.join(', ')}.` });
  }
  if (simulator.deliveries.some(({ id }) => id === event)) {
    simulator.resend(event);
    return { event_id: event, resent: true };
  }
  const { eventId, objectId } = await simulator.trigger(event, overrides);
  return { event_id: eventId, object_id: objectId };
}

function describe({ url, requests, deliveries, eventTypes }: RunningSimulator, withTypes: boolean): Answer {
  const log = {
    requests: requests.slice(-SHOWN).map(({ idempotencyKey, ...request }) => ({
      ...request,
      idempotency_key: idempotencyKey,
    })),
    deliveries: deliveries.slice(-SHOWN),
    ...(withTypes && { event_types: eventTypes }),
  };
  return { running: true, url, log };
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
