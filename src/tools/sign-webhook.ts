import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { isEnvName } from '../core/secrets.ts';
import { defineTool } from '../core/tool.ts';
import type { ConfiguredWebhook, ConfiguredWebhooks } from '../integrations/configured-webhooks.ts';
import { findWebhook } from '../integrations/configured-webhooks.ts';
import type { HiddenValue } from '../webhooks/curl.ts';
import { curlCommand, hide } from '../webhooks/curl.ts';
import { Received } from '../webhooks/delivery.ts';
import type { ExampleBody } from '../webhooks/event-examples.ts';
import { buildExample } from '../webhooks/event-examples.ts';
import { parseBody, textOfBody } from '../webhooks/raw-body.ts';
import type { WebhookScheme } from '../webhooks/scheme.ts';
import { signWebhook as sign } from '../webhooks/sign.ts';

const MAX_URL_LENGTH = 2048;
const UNIX_TIME = 'must be Unix seconds';
const isUnixTime = (seconds: number) => seconds >= 0 && seconds < 100_000_000_000;
/** The answer holds the body once or twice, and clients cut long answers. In bytes. */
const MAX_BODY_BYTES = 24_000;

interface Deps {
  webhooks: ConfiguredWebhooks;
  secrets: Secrets;
  clock: Clock;
}

const input = z.strictObject({
  provider: z.string().describe('As in verify_webhook'),
  body: z.string().optional().describe('Exact body; else an example of event_type'),
  body_base64: z.string().optional().describe('Exact body as base64'),
  event_type: z.string().optional().describe('e.g. payment_intent.succeeded; unknown: lists all'),
  overrides: z.record(z.string(), z.unknown()).optional().describe('Fields to merge into the example'),
  secret_env: z.string().describe('NAME of the variable with the secret or private key'),
  timestamp: z.int().refine(isUnixTime, UNIX_TIME).optional().describe('Unix seconds (default now)'),
  url: z.string().optional().describe('Target; needed where it is signed'),
});

/** `url` carries what the scheme puts there; a body that is not UTF-8 comes as base64. */
const output = z.object({
  headers: z.record(z.string(), z.string()),
  body: z.string().optional(),
  body_base64: z.string().optional(),
  url: z.string(),
  event_id: z.string().optional(),
  about: z.string().optional(),
  curl: z.string(),
});

export const signWebhook = defineTool({
  name: 'sign_webhook',
  title: 'Sign a webhook as its provider',
  description:
    'Makes a webhook that a handler must accept: your body or a realistic example, signed as the provider signs. Sends nothing, shows ' +
    'no secret. Returns headers, exact body, a curl line and what the example is about.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run(args, { webhooks, secrets, clock }: Deps, { caller }) {
    const webhook = findWebhook(await webhooks.list(caller.workspace), args.provider);
    const secret = readSecret(secrets, args.secret_env);
    const nowMs = args.timestamp === undefined ? clock.now() : args.timestamp * 1000;
    const { body, contentType, about } = chooseBody(args, webhook, nowMs);
    const signed = sign(webhook.scheme, {
      body,
      secret,
      timestampMs: nowMs,
      id: randomUUID(),
      type: args.event_type,
      url: parseUrl(args.url),
    });
    if (signed.body.length > MAX_BODY_BYTES) throw tooLarge(signed.body.length);
    const hidden = hiddenValues(webhook.scheme, secret, args.secret_env);
    const url = signed.url ?? `http://127.0.0.1:3000/webhooks/${args.provider}`;
    const headers = { 'content-type': contentType, ...webhook.events?.headers, ...signed.headers };
    const curl = curlCommand({ url, headers, body: signed.body, hidden });
    const { eventId } = new Received(signed).event(webhook.scheme);
    const text = textOfBody(signed.body);
    return {
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, hide(value, hidden)])),
      ...(text === undefined ? { body_base64: signed.body.toString('base64') } : { body: text }),
      url: hide(url, hidden),
      event_id: eventId,
      about,
      curl,
    };
  },
});

type Args = z.output<typeof input>;

function readSecret(secrets: Secrets, name: string): string {
  if (!isEnvName(name)) {
    throw new AppError('invalid_input', 'secret_env must be the name of an environment variable, not a value.', {
      hint: 'Put the secret into the environment of this server and pass the name of its variable, such as STRIPE_WEBHOOK_SECRET.',
    });
  }
  const secret = secrets.get(name);
  if (secret !== undefined) return secret;
  throw new AppError('not_configured', `${name} is not set in the environment of this server.`, {
    hint: 'Set it where the server is started, to the secret that the handler verifies with, and restart the server.',
  });
}

/** The body given, or an example of the event. */
function chooseBody(args: Args, { events }: ConfiguredWebhook, nowMs: number): ExampleBody & { about?: string } {
  if (args.body !== undefined || args.body_base64 !== undefined) return givenBody(args);
  const types = events?.types ?? {};
  const { event_type: type = '', overrides = {} } = args;
  const chosen = Object.hasOwn(types, type) ? types[type] : undefined;
  if (events !== undefined && chosen !== undefined) {
    return { ...buildExample(events, chosen.example, overrides, nowMs), about: chosen.about };
  }
  const known = Object.keys(types).join(', ');
  throw new AppError('invalid_input', `There is no such example of ${args.provider}, and no body.`, {
    hint: known === '' ? 'Give a body.' : `Give a body, or event_type as one of: ${known}.`,
  });
}

function givenBody(args: Args): ExampleBody {
  if (args.overrides !== undefined) {
    throw new AppError('invalid_input', 'overrides change an example, and a body is given.', {
      hint: 'Give event_type and overrides without a body, or the body as you want it.',
    });
  }
  const body = parseBody(args);
  const isJson = /^\s*[[{]/.test(body.toString('latin1', 0, 100));
  return { body, contentType: isJson ? 'application/json' : 'application/x-www-form-urlencoded' };
}

function parseUrl(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  if (url.length <= MAX_URL_LENGTH && /^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url;
  throw new AppError('invalid_input', 'url is not an http or https address.', {
    hint: 'Give the whole address, for instance http://127.0.0.1:3000/webhooks.',
  });
}

/** Where the delivery carries the secret itself, everything shown holds the name of its variable instead. */
function hiddenValues({ signatures }: WebhookScheme, secret: string, name: string): HiddenValue[] {
  if (!signatures.some(({ algorithm }) => algorithm === 'token')) return [];
  const base64 = `$(printf %s "$${name}" | base64 | tr -d '\\n')`;
  return [
    { value: Buffer.from(secret).toString('base64'), expansion: base64 },
    { value: new URLSearchParams([['', secret]]).toString().slice(1), expansion: `$${name}` },
    { value: secret, expansion: `$${name}` },
  ];
}

function tooLarge(bytes: number): AppError {
  return new AppError('invalid_input', `The body has ${bytes} bytes; ${MAX_BODY_BYTES} can be shown.`, {
    hint: 'Give a smaller body.',
  });
}
