import { parseArgs } from 'node:util';
import { AppError, messageOf } from '../core/errors.ts';
import type { RecordedRequest, RunningSimulator, WebhookTarget } from '../simulator/contract.ts';
import type { Simulators } from '../simulator/simulators.ts';

export const SIMULATE_USAGE = `  breakwater simulate stripe|sendgrid|slack|github     run a stateful double on loopback until Ctrl-C
    --port NUMBER            default: a free one
    --webhook URL            where events go, http on this machine
    --secret-env NAME        variable with the secret that signs them (SendGrid: the private key)
    --json                   one line of JSON for the start and for each request
`;

export interface SimulateContext {
  simulators: Simulators;
  /** The value of an environment variable. */
  secret(name: string): string | undefined;
  /** Standard output: resolves when the text is written. */
  write(text: string): Promise<void>;
  /** Standard error. */
  report(text: string): void;
  /** Resolves when the user ends the command. */
  ended: Promise<void>;
}

/** Runs `breakwater simulate …`. Answers the exit code: 0 ended by the user, 1 failed, 2 wrong arguments. */
export async function runSimulateCommand(args: readonly string[], context: SimulateContext): Promise<number> {
  const parsed = parse(args);
  if (typeof parsed === 'string') {
    context.report(`breakwater simulate: ${parsed}\n\n${SIMULATE_USAGE}`);
    return 2;
  }
  const { service, port, json } = parsed;
  try {
    const webhook = readTarget(parsed, context);
    const onRequest = (request: RecordedRequest) => {
      // A reader that left early ends the log, not the simulator.
      context.write(json ? `${JSON.stringify(request)}\n` : formatRequest(request)).catch(() => {});
    };
    const simulator = await context.simulators.start(service, { port, webhook, onRequest });
    await context.write(formatStart(service, simulator, json));
    await context.ended;
    return 0;
  } catch (thrown) {
    const hint = thrown instanceof AppError && thrown.hint !== undefined ? ` ${thrown.hint}` : '';
    context.report(`breakwater simulate: ${messageOf(thrown)}${hint}\n`);
    return 1;
  } finally {
    await context.simulators.close();
  }
}

interface SimulateArguments {
  service: string;
  port: number;
  webhook: string | undefined;
  secretEnv: string | undefined;
  json: boolean;
}

/** The arguments, or what is wrong with them. */
function parse(args: readonly string[]): SimulateArguments | string {
  const parsed = parseOptions(args);
  if (typeof parsed === 'string') return parsed;
  const { values, positionals } = parsed;
  const [service, ...rest] = positionals;
  if (service === undefined) return 'a service is missing';
  if (rest.length > 0) return 'one service at a time';
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) return '--port must be a number from 0 to 65535';
  const secretEnv = values['secret-env'];
  if ((values.webhook === undefined) !== (secretEnv === undefined)) return '--webhook and --secret-env go together';
  return { service, port, webhook: values.webhook, secretEnv, json: values.json };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '0' },
        webhook: { type: 'string' },
        'secret-env': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (thrown) {
    return messageOf(thrown);
  }
}

function readTarget(
  { webhook: url, secretEnv }: SimulateArguments,
  { secret }: SimulateContext,
): WebhookTarget | undefined {
  if (url === undefined || secretEnv === undefined) return undefined;
  const value = secret(secretEnv);
  if (value !== undefined) return { url, secret: value };
  throw new AppError('not_configured', `The variable that --secret-env names is not set.`, {
    hint: 'Set it to the secret that your handler verifies with.',
  });
}

function formatStart(service: string, { url }: RunningSimulator, json: boolean): string {
  return json ? `${JSON.stringify({ service, url })}\n` : `${service} is simulated at ${url} (Ctrl-C ends it)\n`;
}

function formatRequest({ method, path, status, fault }: RecordedRequest): string {
  return `${method} ${path} → ${status ?? 'no answer'}${fault === undefined ? '' : ` (${fault})`}\n`;
}
