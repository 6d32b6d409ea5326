import { existsSync } from 'node:fs';
import { ReportingBreakerStore } from './breaker-reports.ts';
import type { Clock } from './core/clock.ts';
import { systemClock } from './core/clock.ts';
import type { Log } from './core/log.ts';
import { ProjectFolder } from './core/project-folder.ts';
import type { Secrets } from './core/secrets.ts';
import { mailEvents, rememberEvents } from './event-reports.ts';
import { AnyApi } from './integrations/any-api.ts';
import { catalogue, simulatedServices } from './integrations/catalogue.ts';
import { HttpCertificateSource } from './integrations/certificate-source.ts';
import { IntegrationWebhooks } from './integrations/configured-webhooks.ts';
import { IntegrationEmbedder } from './integrations/embeddings/integration-embedder.ts';
import { IntegrationClient } from './integrations/integration-client.ts';
import { Integrations } from './integrations/integrations.ts';
import { Sender } from './integrations/sender.ts';
import { answerCacheMigrations, SqliteAnswerCache } from './integrations/sqlite-answer-cache.ts';
import { integrationMigrations, SqliteIntegrationStore } from './integrations/sqlite-integration-store.ts';
import { requestMigrations, SqliteRequestLedger } from './integrations/sqlite-request-ledger.ts';
import { MAIL_EVENT_LIMITS } from './mail/mail-ledger.ts';
import { mailMigrations } from './mail/mail-migrations.ts';
import { openMail } from './mail/open-mail.ts';
import { MAINTENANCE_INTERVAL_MS, scheduleMaintenance } from './maintenance.ts';
import type { MemoryArchive } from './memory/memory-archive.ts';
import { memoryMigrations } from './memory/memory-migrations.ts';
import { SemanticIndex } from './memory/semantic-index.ts';
import { SqliteMemoryArchive } from './memory/sqlite-memory-archive.ts';
import { SqliteMemoryStore } from './memory/sqlite-memory-store.ts';
import { descriptionMigrations, SqliteDescriptionStore } from './openapi/sqlite-description-store.ts';
import { openPayments } from './payments/open-payments.ts';
import { paymentMigrations } from './payments/payment-migrations.ts';
import type { PromptDeps } from './prompts/registry.ts';
import { prompts } from './prompts/registry.ts';
import type { Toolbox } from './protocol/workplace.ts';
import { RepositoryDetector } from './repository/detect.ts';
import { Scaffolder } from './repository/scaffold/scaffolder.ts';
import { Breakers } from './resilience/breakers.ts';
import { FallbackBreakerStore } from './resilience/fallback-breaker-store.ts';
import { FallbackPermitStore } from './resilience/fallback-permit-store.ts';
import { InProcessBreakerStore } from './resilience/in-process-breaker-store.ts';
import { Metrics } from './resilience/metrics.ts';
import { Pipeline } from './resilience/pipeline.ts';
import { breakerMigrations, SqliteBreakerStore } from './resilience/sqlite-breaker-store.ts';
import { permitMigrations, SqlitePermitStore } from './resilience/sqlite-permit-store.ts';
import type { ResourceDeps } from './resources/registry.ts';
import { resources } from './resources/registry.ts';
import type { Settings } from './settings.ts';
import { Simulators } from './simulator/simulators.ts';
import { dataVersion } from './storage/data-version.ts';
import type { DatabaseReport } from './storage/inspect-database.ts';
import { inspectDatabase } from './storage/inspect-database.ts';
import { Sqlite } from './storage/sqlite.ts';
import { Confirmations } from './tools/confirmation.ts';
import { offerTools } from './tools/offer-tools.ts';
import { Offered } from './tools/toolsets.ts';
import { buildGuides } from './views/guides.ts';
import { eventMigrations } from './webhooks/event-row.ts';
import { WebhookListener } from './webhooks/listener/listener.ts';
import { listenerMigrations, SqliteListenerRegistry } from './webhooks/listener/sqlite-listener-registry.ts';
import { SqliteEventLog } from './webhooks/sqlite-event-log.ts';

/** Every step of the schema, in order. */
export const migrations = [
  ...breakerMigrations,
  ...permitMigrations,
  ...integrationMigrations,
  ...descriptionMigrations,
  ...answerCacheMigrations,
  ...requestMigrations,
  ...paymentMigrations,
  ...mailMigrations,
  ...memoryMigrations,
  ...eventMigrations,
  ...listenerMigrations,
];

export interface App extends Toolbox<ResourceDeps & PromptDeps> {
  /** Waits for queued writes and closes the database and all connections. */
  close(): Promise<void>;
}

const EVENT_LIMITS = { maxAgeMs: 30 * 24 * 3_600_000, maxBytes: 512 * 1024 * 1024 };

/** What the command line uses of the memory. */
export function openMemoryArchive({ databasePath }: Settings): { archive: MemoryArchive; close(): Promise<void> } {
  const sqlite = new Sqlite({ path: databasePath, migrations });
  return { archive: new SqliteMemoryArchive(sqlite), close: () => sqlite.close() };
}

/** What can be said of the database without changing it. */
export function inspectStorage({ databasePath }: Settings): Promise<DatabaseReport> {
  return inspectDatabase(databasePath, migrations);
}

/** The simulators of this process. */
export function createSimulators(clock: Clock = systemClock): Simulators {
  return new Simulators(simulatedServices, clock);
}

/** The composition root: the only place that knows every part. Nothing is opened or read before it is needed. */
export function createApp(settings: Settings, secrets: Secrets, log: Log, clock: Clock = systemClock): App {
  const sqlite = new Sqlite({
    path: settings.databasePath,
    migrations,
    clock,
    onReplaced: () =>
      log.warn({}, 'The database was deleted or replaced while open; the one at its path is used from now on'),
    onRestored: ({ message, details }) => log.error({ ...details }, message),
  });
  const reports = new SqliteMemoryStore(sqlite, clock);
  const breakerStore = new ReportingBreakerStore(
    new FallbackBreakerStore(new SqliteBreakerStore(sqlite, clock), new InProcessBreakerStore(clock), log),
    reports,
    settings.workspace,
    log,
  );
  const permits = new FallbackPermitStore(new SqlitePermitStore(sqlite, clock), clock, log);
  const pipeline = new Pipeline(breakerStore, permits, clock);
  const requests = new SqliteRequestLedger(sqlite, clock);
  const { allowLive } = settings;
  const store = new SqliteIntegrationStore(sqlite, clock);
  const descriptions = new SqliteDescriptionStore(sqlite, clock);
  const integrations = new Integrations({ store, catalogue, secrets, allowLive, descriptions });
  const metrics = new Metrics();
  const sender = new Sender(pipeline, metrics, log);
  const cache = new SqliteAnswerCache(sqlite, clock);
  const client = new IntegrationClient({ sender, ledger: requests, cache, secrets, clock, log, allowLive });
  const certificates = new HttpCertificateSource(pipeline, clock, log);
  const project = new ProjectFolder(settings.projectRoot);
  const { mail, mailEffects, mails } = openMail({ sqlite, integrations, client, project, secrets, clock, log });
  const hooks = { memory: rememberEvents(reports), mail: mailEvents({ mail, integrations, log }) };
  const { effects, ...payments } = openPayments({ sqlite, integrations, client, requests, hooks, clock, log });
  const webhooks = new IntegrationWebhooks(integrations);
  const events = new SqliteEventLog(sqlite, secrets, clock);
  const listener = new WebhookListener({
    registry: new SqliteListenerRegistry(sqlite, clock),
    events,
    webhooksOf: (workspace) => webhooks.list(workspace),
    secrets,
    certificates,
    effects: [effects, mailEffects],
    workspace: settings.workspace,
    clock,
    log,
  });
  const offered = new Offered(settings.offer);
  // Taking part means to open the port, store events and apply them: not for a server that may not be told to.
  if (offered.hasTool('webhook_listener')) listener.watch(() => existsSync(settings.databasePath));
  const simulators = createSimulators(clock);
  const semantic = new SemanticIndex(sqlite, new IntegrationEmbedder(integrations, client), log);
  const repositories = new RepositoryDetector(project, settings.libraryPackage);
  const archive = new SqliteMemoryArchive(sqlite, clock);
  const maintenance = scheduleMaintenance(log, {
    memory: () => archive.maintain(settings.memoryLimit),
    webhooks: async () => ({ deleted: await events.prune(EVENT_LIMITS) }),
    mail: async () => ({ deleted: await mails.prune(MAIL_EVENT_LIMITS) }),
    openapi: async () => ({ deleted: await descriptions.prune(await store.descriptionsInUse()) }),
    backup: async () => ({ made: await sqlite.backUp(MAINTENANCE_INTERVAL_MS) }),
  });
  return {
    tools: offerTools(offered),
    resources: offered.resources(resources),
    prompts: offered.prompts(prompts),
    version: () => dataVersion(sqlite, settings.databasePath),
    confirmations: new Confirmations(clock),
    deps: {
      integrations,
      api: new AnyApi(integrations, client),
      project,
      ...payments,
      mail,
      breakers: new Breakers(breakerStore, pipeline, clock),
      metrics,
      offered,
      guides: offered.guides(buildGuides(integrations.providers)),
      memory: new SqliteMemoryStore(sqlite, clock, { semantic, maskKnown: secrets.mask }),
      webhooks,
      events,
      listener,
      certificates,
      repositories,
      scaffolder: new Scaffolder(project, repositories, catalogue),
      simulators,
      secrets,
      clock,
    },
    async close() {
      maintenance.stop();
      await listener.close();
      await simulators.close();
      await semantic.close();
      sender.close();
      certificates.close();
      await sqlite.close();
    },
  };
}
