import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { isEnvName } from '../core/secrets.ts';
import { defineTool } from '../core/tool.ts';
import { diagnose } from '../webhooks/diagnose.ts';
import { CAUSES } from '../webhooks/findings.ts';
import type { WebhookScheme } from '../webhooks/scheme.ts';
import type { NamedSecret } from '../webhooks/verify.ts';
import { VERDICT_REASONS, verifyDelivery } from '../webhooks/verify.ts';

/** What the tool needs to know of configured providers. */
export interface WebhookVerification {
  /** By provider name. */
  schemes: ReadonlyMap<string, WebhookScheme>;
  /** Names of the environment variables that hold a workspace's webhook secrets, by provider. */
  secretNames(workspace: string): Promise<ReadonlyMap<string, readonly string[]>>;
}

interface Deps {
  webhooks: WebhookVerification;
  secrets: Secrets;
  clock: Clock;
}

const input = z.strictObject({
  provider: z.string().min(1).max(64).describe('Whose webhook it is: stripe, sendgrid, github, slack, …'),
  headers: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .describe('The request headers as received, names in any case.'),
  body: z.string().optional().describe('The raw body as text, exactly as received. Either this or body_base64.'),
  body_base64: z.string().optional().describe('The raw body as base64: for bytes that are not UTF-8 text.'),
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
  diagnosis: z.array(z.object({ cause: z.enum(CAUSES), explanation: z.string(), fix: z.string() })),
});

export const verifyWebhook = defineTool({
  name: 'verify_webhook',
  title: 'Verify a webhook and explain a bad signature',
  description:
    'Verifies the signature and timestamp of a received webhook and, when it is invalid, finds out why: changed body ' +
    '(re-serialised JSON, line ends, BOM, base64, gzip), wrong or badly stored secret, clock skew, another provider, renamed ' +
    'header. Use it whenever a webhook handler rejects deliveries. Changes nothing, sends nothing, never shows a secret. Returns ' +
    'valid, reason, message, skew_s, matched_secret (name of the variable), event_id, event_type and diagnosis[] with cause, ' +
    'explanation and the fix to make in the handler.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  acceptsSecrets: true,
  input,
  output,
  async run(args, { webhooks, secrets, clock }: Deps, { caller }) {
    const { schemes } = webhooks;
    const scheme = findScheme(schemes, args.provider);
    const delivery = { headers: args.headers, body: readBody(args) };
    const given = args.secret_env === undefined ? undefined : readNames(args.secret_env);
    const configured = await webhooks.secretNames(caller.workspace);
    const names = given ?? configured.get(args.provider) ?? [];
    const others = new Set([...configured.values()].flat().filter((name) => !names.includes(name)));
    const look = (name: string): NamedSecret => ({ name, value: secrets.get(name) });
    const options = {
      secrets: names.map(look),
      nowMs: args.now === undefined ? clock.now() : args.now * 1000,
      toleranceS: args.tolerance_s,
    };
    const verdict = verifyDelivery(scheme, delivery, options);
    return {
      valid: verdict.valid,
      reason: verdict.reason,
      message: verdict.message,
      skew_s: verdict.skewS,
      matched_secret: verdict.matchedSecret,
      event_id: verdict.eventId,
      event_type: verdict.eventType,
      diagnosis: diagnose(scheme, delivery, { ...options, otherSecrets: [...others].map(look), schemes }),
    };
  },
});

function findScheme(schemes: ReadonlyMap<string, WebhookScheme>, provider: string): WebhookScheme {
  const scheme = schemes.get(provider);
  if (scheme !== undefined) return scheme;
  throw new AppError('invalid_input', 'No webhook scheme is known for this provider.', {
    hint: `Use one of: ${[...schemes.keys()].join(', ')}.`,
  });
}

function readBody({
  body,
  body_base64: base64,
}: {
  body?: string | undefined;
  body_base64?: string | undefined;
}): Buffer {
  if (body !== undefined && base64 === undefined) return Buffer.from(body);
  if (body !== undefined || base64 === undefined) {
    throw new AppError('invalid_input', 'Give the body once: as body or as body_base64.', {
      hint: 'Use body for text and body_base64 for bytes that are not UTF-8. An empty body is the empty text.',
    });
  }
  const text = base64.replace(/\s/g, '');
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0) return Buffer.from(text, 'base64');
  throw new AppError('invalid_input', 'body_base64 is not base64.', {
    hint: 'Encode the raw bytes with the standard alphabet and padding, for instance with `base64 -w0 body.bin`.',
  });
}

function readNames(names: string | readonly string[]): readonly string[] {
  const list = typeof names === 'string' ? [names] : names;
  if (list.every(isEnvName)) return list;
  throw new AppError('invalid_input', 'secret_env must be the name of an environment variable, not a value.', {
    hint: 'Put the secret into the environment of this server and pass the name of its variable, such as STRIPE_WEBHOOK_SECRET.',
  });
}
