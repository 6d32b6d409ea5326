import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Secrets } from '../../../src/core/secrets.ts';
import type { Integration, IntegrationConfig } from '../../../src/integrations/integration.ts';
import { IntegrationClient } from '../../../src/integrations/integration-client.ts';
import type { RequestLedger } from '../../../src/integrations/request-ledger.ts';
import type { CallContext } from '../../../src/integrations/sender.ts';
import { Sender } from '../../../src/integrations/sender.ts';
import { answerCacheMigrations, SqliteAnswerCache } from '../../../src/integrations/sqlite-answer-cache.ts';
import { requestMigrations, SqliteRequestLedger } from '../../../src/integrations/sqlite-request-ledger.ts';
import { stripe } from '../../../src/integrations/stripe/index.ts';
import { InProcessBreakerStore } from '../../../src/resilience/in-process-breaker-store.ts';
import { Metrics } from '../../../src/resilience/metrics.ts';
import { Pipeline } from '../../../src/resilience/pipeline.ts';
import type { Migration } from '../../../src/storage/migrations.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';
import { LIVE_KEY, TEST_KEY } from '../../support/stripe-service.ts';
import { unlimited } from '../../unit/resilience/calls.ts';

/** Real time that a test can shift. */
export class ShiftedClock implements Clock {
  shiftMs = 0;

  now(): number {
    return Date.now() + this.shiftMs;
  }
}

export interface ClientOptions {
  path?: string;
  log?: Log;
  allowLive?: boolean;
  /** In the place of Stripe's keys. */
  secrets?: Secrets;
  /** Of tables that the test needs beside those of a client. */
  migrations?: readonly Migration[];
  /** Stands between the client and the ledger. */
  wrapLedger?: (ledger: RequestLedger) => RequestLedger;
}

/** An integration client on a ledger of its own, for an integration of Stripe with short pauses. */
export function openClient(config: Partial<IntegrationConfig> = {}, options: ClientOptions = {}) {
  const clock = new ShiftedClock();
  const sqlite = sqliteAt(options.path ?? databasePath(), [
    ...requestMigrations,
    ...answerCacheMigrations,
    ...(options.migrations ?? []),
  ]);
  const ledger = new SqliteRequestLedger(sqlite, clock);
  const env: Record<string, string> = { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_LIVE_KEY: LIVE_KEY };
  const log = options.log ?? silentLog;
  const sender = new Sender(new Pipeline(new InProcessBreakerStore(clock), unlimited, clock), new Metrics(), log);
  const client = new IntegrationClient({
    sender,
    cache: new SqliteAnswerCache(sqlite, clock),
    ledger: options.wrapLedger?.(ledger) ?? ledger,
    secrets: options.secrets ?? { get: (name) => env[name] },
    clock,
    log,
    allowLive: options.allowLive ?? false,
  });
  onTestFinished(() => sender.close());
  const integration: Integration = {
    workspace: '/projects/shop',
    name: 'stripe',
    config: {
      service: 'stripe',
      mode: 'test',
      secretEnvs: { api_key: 'STRIPE_SECRET_KEY' },
      webhookSecretEnvs: [],
      settings: {},
      resilience: { retry: { base_ms: 5, max_ms: 20 } },
      ...config,
    },
    createdAt: 0,
    updatedAt: 0,
  };
  const context = (more: Partial<CallContext> = {}): CallContext => ({
    provider: stripe,
    integration,
    signal: new AbortController().signal,
    progress: () => {},
    confirm: () => Promise.reject(new Error('Nobody was to be asked.')),
    ...more,
  });
  return { client, ledger, clock, sqlite, integration, context };
}
