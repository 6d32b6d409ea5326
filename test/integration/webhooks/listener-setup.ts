import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import type { EventEffects } from '../../../src/webhooks/effects.ts';
import { eventMigrations } from '../../../src/webhooks/event-row.ts';
import { WebhookListener } from '../../../src/webhooks/listener/listener.ts';
import type { ReceivedWebhook, Route } from '../../../src/webhooks/listener/route.ts';
import { listenerMigrations, SqliteListenerRegistry } from '../../../src/webhooks/listener/sqlite-listener-registry.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { SqliteEventLog } from '../../../src/webhooks/sqlite-event-log.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';
import { effectMigrations } from '../../support/effect-migrations.ts';

export const SECRET = 'whsec_0123456789abcdef';
export const SHOP = '/projects/shop';

/** The webhooks of the catalogue, all with the same secret. */
export function webhooks(): ReadonlyMap<string, ReceivedWebhook> {
  const found = new Map<string, ReceivedWebhook>();
  for (const { service, webhook } of catalogue.values()) {
    if (webhook?.scheme !== undefined)
      found.set(service, { ...webhook, scheme: webhook.scheme, secretNames: ['SECRET'] });
  }
  return found;
}

export function schemeOf(provider: string) {
  const webhook = webhooks().get(provider);
  if (webhook === undefined) throw new Error(`no scheme for ${provider}`);
  return webhook.scheme;
}

export interface SetupOptions {
  path?: string;
  workspace?: string;
  effects?: readonly EventEffects[];
  retryDelaysMs?: readonly number[];
  secret?: string;
}

/** A listener of its own over a real database; closed after the test. */
export function setup(options: SetupOptions = {}) {
  const { path = databasePath(), workspace = SHOP, effects = [], retryDelaysMs, secret = SECRET } = options;
  const sqlite = sqliteAt(path, [...eventMigrations, ...listenerMigrations, ...effectMigrations]);
  const secrets = { get: (name: string) => (name === 'SECRET' && secret !== '' ? secret : undefined) };
  const events = new SqliteEventLog(sqlite, secrets);
  const listener = new WebhookListener({
    registry: new SqliteListenerRegistry(sqlite),
    events,
    webhooksOf: async () => webhooks(),
    secrets,
    certificates: { get: async () => ({ problem: 'None here.' }) },
    effects,
    workspace,
    clock: { now: () => Date.now() },
    log: silentLog,
    retryDelaysMs,
  });
  onTestFinished(() => listener.close());
  return { path, events, listener, workspace };
}

export function route(more: Partial<Route> = {}): Route {
  return {
    workspace: SHOP,
    path: '/stripe',
    provider: 'stripe',
    secretEnv: undefined,
    forwardTo: undefined,
    forwardUnverified: false,
    publicUrl: undefined,
    ...more,
  };
}

export function stripeEvent(id: string, more: object = {}): Buffer {
  const object = { id: `pi_${id}`, object: 'payment_intent', amount: 1050 };
  return Buffer.from(
    JSON.stringify(
      { id, object: 'event', type: 'payment_intent.succeeded', created: 1, data: { object }, ...more },
      null,
      2,
    ),
  );
}

export function signed(body: Buffer, provider = 'stripe', url?: string, timestampMs = Date.now(), secret = SECRET) {
  const { headers } = signWebhook(schemeOf(provider), { body, secret, timestampMs, url });
  return { 'content-type': 'application/json', ...headers };
}

export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

/** One request over a connection of its own, every header as given. */
export function send(
  port: number | undefined,
  path: string,
  body: Buffer,
  headers: Record<string, string | string[]>,
  method = 'POST',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { ...('Transfer-Encoding' in headers ? {} : { 'content-length': body.length }), ...headers },
      agent: false,
    };
    const req = request(options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    req.on('error', reject);
    req.end(body);
  });
}

export interface HandlerRequest {
  rawHeaders: string[];
  url: string;
  body: Buffer;
}

/** In place of a status: no answer. */
export const NEVER = 0;

/** A user's handler on loopback; answers with the statuses given in turn, the last for ever. */
export async function startHandler(...statuses: number[]) {
  const requests: HandlerRequest[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const status = statuses[Math.min(requests.length, statuses.length - 1)] ?? 200;
      requests.push({ rawHeaders: req.rawHeaders, url: req.url ?? '', body: Buffer.concat(chunks) });
      if (status !== NEVER) res.writeHead(status).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { requests, url: `http://127.0.0.1:${port}/hooks?from=breakwater` };
}
