import { join } from 'node:path';
import Stripe from 'stripe';
import { systemClock } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import { createLog, silentLog } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';
import { HttpClient } from '../../../src/integrations/http-client.ts';
import type { Integration } from '../../../src/integrations/integration.ts';
import { IntegrationClient } from '../../../src/integrations/integration-client.ts';
import type { CallContext } from '../../../src/integrations/sender.ts';
import { Sender } from '../../../src/integrations/sender.ts';
import { answerCacheMigrations, SqliteAnswerCache } from '../../../src/integrations/sqlite-answer-cache.ts';
import { SqliteRequestLedger } from '../../../src/integrations/sqlite-request-ledger.ts';
import { stripe } from '../../../src/integrations/stripe/index.ts';
import { retrievePaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import { Metrics } from '../../../src/resilience/metrics.ts';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import { startProcess } from '../../support/resilience-processes.ts';
import type { ServiceHandlers } from '../../support/resilience-service.ts';
import { openResilience, resilienceSettings } from '../../support/resilience-stack.ts';
import { sized } from '../counts.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';
import { ratioRow } from '../row.ts';
import { inRounds } from '../statistics.ts';
import { openAxiosClients } from './axios-clients.ts';

const REQUESTS = sized(2_100, 60);
const ROUNDS = sized(16, 1);
const LIMIT = 1.3;
const MANY = 30;
/** Made up, of the shape that Stripe's keys have. */
const KEY = 'sk_test_51BreakwaterBenchKey000000000000000000001';
const ID = 'pi_3BreakwaterBench';

type Call = () => Promise<unknown>;

/** Microseconds of CPU, of the whole process, per request. */
async function cpuPerRequest(call: Call, callers: number): Promise<number> {
  const before = process.cpuUsage();
  const each = REQUESTS / callers;
  const caller = async () => {
    for (let request = 0; request < each; request += 1) await call();
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

interface Client {
  /** One GET through pipeline and HTTP client: axios over its own adapter. */
  get: Call;
  /** The same as a read of an integration: settings, secrets, validation, metrics, spans, and the answer kept. */
  read: Call;
  close(): Promise<void>;
}

function openClient(path: string, port: number, log: Log): Client {
  const { pipeline, sqlite } = openResilience(path, { migrations: answerCacheMigrations });
  const secrets = { get: () => KEY };
  const sender = new Sender(pipeline, new Metrics(), log);
  const client = new IntegrationClient({
    sender,
    ledger: new SqliteRequestLedger(sqlite, systemClock),
    cache: new SqliteAnswerCache(sqlite, systemClock),
    secrets,
    clock: systemClock,
    log,
    allowLive: false,
  });
  const http = new HttpClient(log, true);
  const settings = resilienceSettings({});
  const integration = integrationAt(`http://127.0.0.1:${port}`);
  const contextOf = (signal: AbortSignal): CallContext => ({
    provider: stripe,
    integration,
    signal,
    progress: () => {},
    confirm: async () => {},
  });
  const newContext = () => contextOf(new AbortController().signal);
  const request = client.preview(retrievePaymentIntent, { id: ID }, newContext());
  return {
    get: () => {
      const { signal } = new AbortController();
      return pipeline.run({ key: 'get', repeat: 'safe', settings, signal }, newTrace(), (context) =>
        http.send(request, context.signal),
      );
    },
    read: () => client.read(retrievePaymentIntent, { id: ID }, newContext()),
    async close() {
      http.close();
      sender.close();
      await sqlite.close();
    },
  };
}

function integrationAt(baseUrl: string): Integration {
  const names = { secretEnvs: {}, webhookSecretEnvs: [] };
  const config = { service: 'stripe', mode: 'test', settings: {}, resilience: {}, baseUrl, ...names } as const;
  return {
    workspace: 'bench',
    name: 'stripe',
    config: { ...config, webhookSecretEnvs: [] },
    createdAt: 0,
    updatedAt: 0,
  };
}

/** What a request costs this process, beside the service's own library on the same server. */
export function measureRequestCost(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const service = startProcess<ServiceHandlers>('resilience-service.ts');
    const port = await service.run('listen', undefined);
    const path = join(folder, 'bench.db');
    const quiet = openClient(path, port, silentLog);
    const logging = openClient(
      path,
      port,
      createLog('info', new Redactor(), () => {}),
    );
    const library = new Stripe(KEY, { host: '127.0.0.1', port, protocol: 'http' });
    const peers = openAxiosClients(`http://127.0.0.1:${port}/v1/payment_intents/${ID}`, KEY);
    const costs = (calls: Readonly<Record<string, Call>>, callers: number) =>
      inRounds(
        Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, () => cpuPerRequest(call, callers)])),
        ROUNDS,
      );
    const stripe = () => library.paymentIntents.retrieve(ID);
    const { bare, ...wrapped } = peers.calls;
    try {
      const one = await costs({ get: quiet.get, read: quiet.read, logged: logging.read, stripe, ...wrapped, bare }, 1);
      const many = await costs({ get: quiet.get, stripe, ...wrapped, bare }, MANY);
      return rowsOf(one, many, Object.keys(wrapped));
    } finally {
      peers.close();
      await Promise.all([quiet.close(), logging.close(), service.kill()]);
    }
  });
}

type Costs = Readonly<Record<string, number[]>>;

/** @param wrapped names of the peers that, like ours, put retry, breaker or timeout around axios */
function rowsOf(one: Costs, many: Costs, wrapped: readonly string[]): Row[] {
  const what = 'axios + pipeline, same loopback server, keep-alive, CPU per request';
  const row = (costs: Costs, [ours, peer]: [string, string], said: string, limit?: number, against = peer) =>
    ratioRow({ what: said, ours: costs[ours] ?? [], peer: costs[peer] ?? [] }, 'µs', limit, against);
  const sides = [
    [one, `${what}, one caller`],
    [many, `${what}, ${MANY} callers`],
  ] as const;
  return [
    ...sides.map(([costs, said]) => row(costs, ['get', 'stripe'], said, LIMIT, '`stripe-node`')),
    row(one, ['read', 'stripe'], 'read of an integration, CPU per request, one caller', LIMIT, '`stripe-node`'),
    row(
      one,
      ['logged', 'stripe'],
      'read of an integration, every attempt logged, CPU per request, one caller',
      LIMIT,
      '`stripe-node`',
    ),
    ...sides.flatMap(([costs, said]) => wrapped.map((peer) => row(costs, ['get', peer], said))),
    ...sides.map(([costs, said]) => row(costs, ['get', 'bare'], said, undefined, 'limit: `node:http` alone')),
  ];
}
