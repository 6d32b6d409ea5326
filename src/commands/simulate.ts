import type { Command } from 'commander';
import { Argument } from 'commander';
import { AppError } from '../core/errors.ts';
import { simulatedServices } from '../integrations/catalogue.ts';
import type { RecordedRequest, RunningSimulator, WebhookTarget } from '../simulator/contract.ts';
import type { CommandContext } from './command.ts';
import { addCommand, examples, wholeNumber } from './command.ts';
import type { Host } from './host.ts';

interface SimulateOptions {
  port: number;
  webhook?: string;
  secretEnv?: string;
  json?: boolean;
}

export function addSimulate(program: Command, context: CommandContext): void {
  const command = addCommand(program, 'simulate', context, async (service: string, options: SimulateOptions) => {
    // With only one of them nothing could be sent.
    if ((options.webhook === undefined) !== (options.secretEnv === undefined)) {
      command.error('error: --webhook and --secret-env go together');
    }
    await simulate(context.host, service, options);
    return undefined;
  });
  command
    .description('run a stateful double of a service until Ctrl-C')
    .addArgument(new Argument('<service>', 'which one').choices([...simulatedServices.keys()]))
    .option('--port <number>', 'default: a free one', wholeNumber(0, 65_535), 0)
    .option('--webhook <url>', 'where events go, http on this machine')
    .option('--secret-env <name>', 'variable with the secret that signs them (SendGrid: the private key)')
    .addHelpText(
      'after',
      examples(
        'simulate stripe --port 4010',
        'simulate stripe --webhook http://127.0.0.1:3000/webhooks --secret-env STRIPE_WEBHOOK_SECRET',
      ),
    );
}

async function simulate(host: Host, service: string, options: SimulateOptions): Promise<void> {
  const { port, json = false } = options;
  const webhook = readTarget(options, host);
  const ended = host.ended();
  const simulators = await host.simulators();
  const onRequest = (request: RecordedRequest) => {
    // A reader that left early ends the log, not the simulator.
    host.write(json ? `${JSON.stringify(request)}\n` : formatRequest(request)).catch(() => {});
  };
  const simulator = await simulators.start(service, { port, webhook, onRequest });
  await host.write(formatStart(service, simulator, json));
  await ended;
}

function readTarget({ webhook: url, secretEnv }: SimulateOptions, { secrets }: Host): WebhookTarget | undefined {
  if (url === undefined || secretEnv === undefined) return undefined;
  const value = secrets.get(secretEnv);
  if (value !== undefined) return { url, secret: value };
  throw new AppError('not_configured', `The variable that --secret-env names is not set.`, {
    hint: 'Set it to the secret that your handler verifies with.',
  });
}

function formatStart(service: string, { url }: RunningSimulator, json: boolean): string {
  return json ? `${JSON.stringify({ service, url })}\n` : `${service} is simulated at ${url} (Ctrl-C ends it)\n`;
}

function formatRequest({ method, path, status, fault, note }: RecordedRequest): string {
  const remarks = [fault, note].filter((remark) => remark !== undefined).map((remark) => ` (${remark})`);
  return `${method} ${path} → ${status ?? 'no answer'}${remarks.join('')}\n`;
}
