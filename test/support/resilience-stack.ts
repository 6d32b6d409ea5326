import type { Clock } from '../../src/core/clock.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import { silentLog } from '../../src/core/log.ts';
import type { BreakerStore } from '../../src/resilience/breaker-store.ts';
import { FallbackBreakerStore } from '../../src/resilience/fallback-breaker-store.ts';
import { FallbackPermitStore } from '../../src/resilience/fallback-permit-store.ts';
import { InProcessBreakerStore } from '../../src/resilience/in-process-breaker-store.ts';
import type { PermitStore } from '../../src/resilience/permit-store.ts';
import { Pipeline } from '../../src/resilience/pipeline.ts';
import type { ResilienceInput, ResilienceSettings } from '../../src/resilience/resilience-settings.ts';
import { resolveResilience } from '../../src/resilience/resilience-settings.ts';
import { breakerMigrations, SqliteBreakerStore } from '../../src/resilience/sqlite-breaker-store.ts';
import { permitMigrations, SqlitePermitStore } from '../../src/resilience/sqlite-permit-store.ts';
import type { Migration } from '../../src/storage/migrations.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';

export const resilienceMigrations = [...breakerMigrations, ...permitMigrations];

export interface ResilienceStack {
  sqlite: Sqlite;
  breakers: BreakerStore;
  permits: PermitStore;
  pipeline: Pipeline;
}

export interface ResilienceOptions {
  clock?: Clock;
  log?: Log;
  /** Beside those of the breakers and limits. */
  migrations?: readonly Migration[];
}

/** The parts as the server puts them together, over one database file. */
export function openResilience(
  path: string,
  { clock = systemClock, log = silentLog, migrations = [] }: ResilienceOptions = {},
): ResilienceStack {
  const sqlite = new Sqlite({ path, migrations: [...resilienceMigrations, ...migrations], clock });
  const local = new InProcessBreakerStore(clock);
  const breakers = new FallbackBreakerStore(new SqliteBreakerStore(sqlite, clock), local, log);
  const permits = new FallbackPermitStore(new SqlitePermitStore(sqlite, clock), clock, log);
  return { sqlite, breakers, permits, pipeline: new Pipeline(breakers, permits, clock) };
}

/** @param probeLeaseMs instead of the one that follows from the attempt timeout, which no test wants to wait for. */
export function resilienceSettings(input: ResilienceInput, probeLeaseMs?: number): ResilienceSettings {
  const settings = resolveResilience(input);
  if (probeLeaseMs === undefined) return settings;
  return { ...settings, breaker: { ...settings.breaker, probeLeaseMs } };
}
