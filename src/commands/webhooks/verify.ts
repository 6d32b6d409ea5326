import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { Option } from 'commander';
import { AppError } from '../../core/errors.ts';
import { verifyWebhook } from '../../tools/verify-webhook.ts';
import type { CommandContext } from '../command.ts';
import { addCommand, examples, gather, resultOf, wholeNumber } from '../command.ts';
import { formatSeconds, indent, paint } from '../style.ts';
import { useTool } from '../use-tool.ts';

interface VerifyOptions {
  provider?: string;
  event?: string;
  body?: string;
  header?: string[];
  url?: string;
  secretEnv?: string[];
  tolerance?: number;
  now?: number;
}

/** The tool's answer. */
type Verdict = Awaited<ReturnType<typeof verify>>;

export function addVerify(webhooks: Command, context: CommandContext): void {
  addCommand(webhooks, 'verify', context, async (options: VerifyOptions) => {
    const verdict = await verify(context, options);
    return resultOf(verdict, formatVerdict, !verdict.valid);
  })
    .description('is a delivery genuine, and if not, why? (exit code 1)')
    .option('--provider <name>', 'whose webhook it is')
    .option('--body <file>', 'the raw body, byte for byte as received; - reads standard input')
    .option('--header <line>', "a header as 'Name: value'; may be given again", gather)
    .addOption(new Option('--event <id>', 'a stored event in place of body and headers').conflicts(['body', 'header']))
    .option('--url <url>', 'as the provider called it, where it is signed (twilio, square)')
    .option('--secret-env <name>', "variable with the secret; may be given again (default: the integration's)", gather)
    .option('--tolerance <seconds>', "accepted age (default: the provider's)", wholeNumber(1, 31_536_000))
    .option('--now <seconds>', 'Unix time to verify at, for a delivery from the past', wholeNumber(0, 99_999_999_999))
    .addHelpText(
      'after',
      examples(
        "webhooks verify --provider stripe --body body.json --header 'Stripe-Signature: t=…,v1=…' --secret-env STRIPE_WEBHOOK_SECRET",
        'webhooks verify --event 01J9ZK3M5T0000000000000000',
      ),
    );
}

async function verify({ host }: CommandContext, options: VerifyOptions) {
  const { provider, event, body, header = [], url, secretEnv, tolerance, now } = options;
  const given =
    event === undefined ? { headers: parseHeaders(header), ...(await readBody(body)) } : { event_id: event };
  return useTool(host, verifyWebhook, { provider, ...given, url, secret_env: secretEnv, tolerance_s: tolerance, now });
}

/** As base64: text that is no UTF-8 would come out as another body. */
async function readBody(file: string | undefined): Promise<{ body_base64?: string }> {
  if (file === undefined) {
    throw new AppError('invalid_input', 'The body is missing.', {
      hint: 'Save the raw bytes and give --body FILE, or pipe them and give --body -; or give --event ID.',
    });
  }
  const bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
  return { body_base64: bytes.toString('base64') };
}

/** Headers by name, a repeated one with all its values. */
function parseHeaders(lines: readonly string[]): Record<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined) {
      throw new AppError('invalid_input', 'A header is not of the form "Name: value".', {
        hint: "For instance --header 'Stripe-Signature: t=1700000000,v1=5257a8…'.",
      });
    }
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return Object.fromEntries(headers);
}

function formatVerdict({
  valid,
  reason,
  message,
  skew_s,
  matched_secret,
  event_id,
  event_type,
  diagnosis,
}: Verdict): string {
  const head = valid ? paint('green', '✓ genuine') : paint('red', `✗ ${reason}`);
  const facts = [
    event_type === undefined ? [] : `event   ${[event_type, event_id].filter((part) => part !== undefined).join(' ')}`,
    matched_secret === undefined ? [] : `secret  ${matched_secret}`,
    skew_s === undefined ? [] : `signed  ${describeSkew(skew_s)}`,
  ].flat();
  const findings = diagnosis.map(
    ({ cause, explanation, fix }, at) =>
      `\n${paint('bold', diagnosis.length > 1 ? `${at + 1}. ${cause}` : `Cause: ${cause}`)}\n${indent(`${explanation}\n${paint('green', 'Fix:')} ${fix}`)}`,
  );
  return [`${head}: ${message}`, ...facts.map((fact) => indent(fact)), ...findings].join('\n');
}

function describeSkew(seconds: number): string {
  if (Math.abs(seconds) < 1) return 'just now';
  return seconds > 0 ? `${formatSeconds(seconds)} ago` : `${formatSeconds(-seconds)} in the future`;
}
