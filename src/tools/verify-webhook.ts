import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { isEnvName } from '../core/secrets.ts';
import { defineTool } from '../core/tool.ts';
import type { ConfiguredWebhook, ConfiguredWebhooks } from '../integrations/configured-webhooks.ts';
import { findWebhook } from '../integrations/configured-webhooks.ts';
import type { CertificateSource } from '../webhooks/certificate.ts';
import { certificateUrl } from '../webhooks/claim.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import { diagnose } from '../webhooks/diagnose.ts';
import type { EventLog } from '../webhooks/event-log.ts';
import { parseBody } from '../webhooks/raw-body.ts';
import { headersOf } from '../webhooks/raw-headers.ts';
import { VERDICT_REASONS } from '../webhooks/verdict.ts';
import type { NamedSecret } from '../webhooks/verify.ts';
import { verifyDelivery } from '../webhooks/verify.ts';

interface Deps {
  events: EventLog;
  webhooks: ConfiguredWebhooks;
  certificates: CertificateSource;
  secrets: Secrets;
  clock: Clock;
}

const input = z.strictObject({
  provider: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Whose webhook it is: stripe, sendgrid, github, slack, …; or the name of a custom integration'),
  headers: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .optional()
    .describe('The request headers as received, names in any case.'),
  body: z.string().optional().describe('The raw body as text, exactly as received. Either this or body_base64.'),
  body_base64: z.string().optional().describe('The raw body as base64: for bytes that are not UTF-8 text.'),
  params: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .optional()
    .describe('Parsed form fields in place of the body (twilio).'),
  event_id: z
    .string()
    .max(64)
    .optional()
    .describe('id from list_webhook_events in place of provider, headers, body and url: at the time of receipt.'),
  url: z.string().optional().describe('The URL as the provider called it; needed where it is signed (twilio, square).'),
  secret_env: z
    .union([z.string(), z.array(z.string()).min(1).max(8)])
    .optional()
    .describe(
      "Name of the environment variable that holds the secret, or several; never a value. Default: the integration's.",
    ),
  tolerance_s: z
    .int()
    .min(1)
    .max(31_536_000)
    .optional()
    .describe("Accepted distance of the timestamp from now, in seconds, in both directions. Default: the provider's."),
  now: z
    .number()
    .min(0)
    .max(99_999_999_999)
    .optional()
    .describe('Unix seconds to verify at, for a delivery from the past. Default: the present.'),
});

const output = z.object({
  valid: z.boolean(),
  reason: z.enum(VERDICT_REASONS),
  message: z.string(),
  skew_s: z.number().optional(),
  matched_secret: z.string().optional(),
  event_id: z.string().optional(),
  event_type: z.string().optional(),
  diagnosis: z.array(z.object({ cause: z.string(), explanation: z.string(), fix: z.string() })),
});

export const verifyWebhook = defineTool({
  name: 'verify_webhook',
  title: 'Verify a webhook and explain a bad signature',
  description:
    'Verifies the signature and timestamp of a received webhook and, when it is invalid, finds out why: changed body ' +
    '(re-serialised JSON, line ends, BOM, base64, gzip), changed URL, wrong or badly stored secret, clock skew, another provider, ' +
    'renamed or rewritten header. Use it whenever a webhook handler rejects deliveries. Changes nothing, sends nothing but the request ' +
    "for PayPal's certificate, never shows a secret. Returns valid, reason, message, skew_s, matched_secret (name of the variable), " +
    'event_id, event_type and diagnosis[] with cause, explanation and the fix to make in the handler.',
  effect: 'read',
  idempotent: true,
  openWorld: true,
  acceptsSecrets: true,
  input,
  output,
  async run(args, { webhooks, events, certificates, secrets, clock }: Deps, { caller, signal }) {
    const { provider, headers, body, url, atMs } = await readDelivery(args, events, caller.workspace);
    const known = await webhooks.list(caller.workspace);
    const webhook = findWebhook(known, provider);
    const { scheme } = webhook;
    const address = certificateUrl(scheme, headers);
    const delivery: Delivery = {
      headers,
      body,
      url,
      certificate: address && (await certificates.get(address, signal)),
    };
    const options = {
      ...chooseSecrets(args.secret_env, webhook, known, secrets),
      nowMs: args.now === undefined ? (atMs ?? clock.now()) : args.now * 1000,
      toleranceS: args.tolerance_s,
    };
    const schemes = new Map([...known].map(([name, other]) => [name, other.scheme]));
    const verdict = verifyDelivery(scheme, delivery, options);
    return {
      valid: verdict.valid,
      reason: verdict.reason,
      message: verdict.message,
      skew_s: verdict.skewS,
      matched_secret: verdict.matchedSecret,
      event_id: verdict.eventId,
      event_type: verdict.eventType,
      diagnosis: diagnose(scheme, delivery, { ...options, schemes }),
    };
  },
});

interface GivenDelivery extends Delivery {
  provider: string;
  /** When it was received, where that is known. */
  atMs: number | undefined;
}

/** What is to be verified: as given, or as it lies in the log. */
async function readDelivery(args: z.output<typeof input>, events: EventLog, workspace: string): Promise<GivenDelivery> {
  const { event_id: id, provider, headers, url } = args;
  if (id === undefined) {
    if (provider !== undefined && headers !== undefined) {
      return { provider, headers, body: parseBody(args), url, atMs: undefined };
    }
    throw new AppError('invalid_input', 'Give provider, headers and the body, or event_id.');
  }
  if ([args.body, args.body_base64, args.params, headers].some((given) => given !== undefined)) {
    throw new AppError('invalid_input', 'event_id stands for headers and body: give only one of both.');
  }
  const event = await events.get(workspace, id);
  if (event !== undefined) {
    const { rawHeaders, body, receivedAt } = event;
    return {
      provider: provider ?? event.provider,
      headers: headersOf(rawHeaders),
      body,
      url: url ?? event.url,
      atMs: receivedAt,
    };
  }
  throw new AppError('not_found', 'There is no such event in the log of this workspace.', {
    hint: 'Take the id from list_webhook_events.',
  });
}

/** The secrets to verify with, and all others that are configured: one of those may have been meant. */
function chooseSecrets(
  given: string | readonly string[] | undefined,
  webhook: ConfiguredWebhook,
  known: ReadonlyMap<string, ConfiguredWebhook>,
  secrets: Secrets,
): { secrets: NamedSecret[]; otherSecrets: NamedSecret[] } {
  const names = given === undefined ? webhook.secretNames : readNames(given);
  const all = new Set([...known.values()].flatMap(({ secretNames }) => secretNames));
  const look = (name: string): NamedSecret => ({ name, value: secrets.get(name) });
  return { secrets: names.map(look), otherSecrets: [...all].filter((name) => !names.includes(name)).map(look) };
}

function readNames(names: string | readonly string[]): readonly string[] {
  const list = typeof names === 'string' ? [names] : names;
  if (list.every(isEnvName)) return list;
  throw new AppError('invalid_input', 'secret_env must be the name of an environment variable, not a value.', {
    hint: 'Put the secret into the environment of this server and pass the name of its variable, such as STRIPE_WEBHOOK_SECRET.',
  });
}
