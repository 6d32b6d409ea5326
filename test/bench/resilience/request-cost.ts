import { join } from 'node:path';
import Stripe from 'stripe';
import { systemClock } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import { createLog, silentLog } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';
import { IntegrationClient } from '../../../src/integrations/integration-client.ts';
import type { CallContext } from '../../../src/integrations/sender.ts';
import { Sender } from '../../../src/integrations/sender.ts';
import { answerCacheMigrations, SqliteAnswerCache } from '../../../src/integrations/sqlite-answer-cache.ts';
import { SqliteRequestLedger } from '../../../src/integrations/sqlite-request-ledger.ts';
import { stripe } from '../../../src/integrations/stripe/index.ts';
import { retrievePaymentIntent } from '../../../src/integrations/stripe/operations.ts';
import { Metrics } from '../../../src/resilience/metrics.ts';
import { startProcess } from '../../support/resilience-processes.ts';
import type { ServiceHandlers } from '../../support/resilience-service.ts';
import { openResilience } from '../../support/resilience-stack.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';
import { ratioRow } from '../row.ts';
import { compare } from '../statistics.ts';

const REQUESTS = 1_500;
const ROUNDS = 8;
const LIMIT = 1.3;
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

function openClient(folder: string, port: number, log: Log): { call: Call; close: () => Promise<void> } {
  const { pipeline, sqlite } = openResilience(join(folder, 'bench.db'), { migrations: answerCacheMigrations });
  const sender = new Sender(pipeline, new Metrics(), log);
  const client = new IntegrationClient({
    sender,
    ledger: new SqliteRequestLedger(sqlite, systemClock),
    cache: new SqliteAnswerCache(sqlite, systemClock),
    secrets: { get: () => KEY },
    clock: systemClock,
    log,
    allowLive: false,
  });
  const config = { service: 'stripe', mode: 'test', secretEnvs: {}, webhookSecretEnvs: [], settings: {} } as const;
  const integration: CallContext['integration'] = {
    workspace: 'bench',
    name: 'stripe',
    config: { ...config, webhookSecretEnvs: [], baseUrl: `http://127.0.0.1:${port}`, resilience: {} },
    createdAt: 0,
    updatedAt: 0,
  };
  const call = () =>
    client.read(
      retrievePaymentIntent,
      { id: ID },
      {
        provider: stripe,
        integration,
        signal: new AbortController().signal,
        progress: () => {},
        confirm: async () => {},
      },
    );
  const close = async () => {
    sender.close();
    await sqlite.close();
  };
  return { call, close };
}

/** What a request costs this process, beside the service's own library on the same server. */
export function measureRequestCost(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const service = startProcess<ServiceHandlers>('resilience-service.ts');
    const port = await service.run('listen', undefined);
    const library = new Stripe(KEY, { host: '127.0.0.1', port, protocol: 'http' });
    const callLibrary = () => library.paymentIntents.retrieve(ID);
    const ours = openClient(folder, port, silentLog);
    const logging = openClient(
      folder,
      port,
      createLog('info', new Redactor(), () => {}),
    );
    const row = async (what: string, call: Call, callers: number) => {
      const measure = (each: Call) => () => cpuPerRequest(each, callers);
      return ratioRow(await compare(what, measure(call), measure(callLibrary), ROUNDS), 'µs', LIMIT, 'stripe-node');
    };
    try {
      return [
        await row('read over loopback, one caller, CPU', ours.call, 1),
        await row('read over loopback, 30 callers, CPU', ours.call, 30),
        await row('the same with every attempt logged, one caller, CPU', logging.call, 1),
      ];
    } finally {
      await Promise.all([ours.close(), logging.close(), service.kill()]);
    }
  });
}
