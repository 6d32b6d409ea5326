import { messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';

/** Deletes what is too old or too much: soon after the start, then every hour. */
const DELAY_MS = 60_000;
export const MAINTENANCE_INTERVAL_MS = 3_600_000;

/** Resolves to what is logged of it. */
type Job = () => Promise<object>;

/** Runs the jobs one after the other; one that fails holds back no other. */
export function scheduleMaintenance(log: Log, jobs: Readonly<Record<string, Job>>): { stop(): void } {
  const run = async () => {
    for (const [what, job] of Object.entries(jobs)) {
      await job().then(
        (result) => log.debug({ what, ...result }, 'maintenance'),
        (thrown: unknown) => log.warn({ what, cause: messageOf(thrown) }, 'maintenance failed'),
      );
    }
    timer = setTimeout(run, MAINTENANCE_INTERVAL_MS).unref();
  };
  let timer = setTimeout(run, DELAY_MS).unref();
  return { stop: () => clearTimeout(timer) };
}
