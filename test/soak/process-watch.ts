import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Facts } from './facts.ts';

export interface Reading {
  /** Open files; undefined where the system has no /proc. */
  files: number | undefined;
  rssMb: number | undefined;
  heapMb: number;
  /** `process.getActiveResourcesInfo`, counted. */
  resources: Readonly<Record<string, number>>;
}

/** Reads an idle server that runs with `resources-probe.mjs`; the last of a few readings, when idle connections have gone. */
export async function readProcess(pid: number, probe: string): Promise<Reading> {
  rmSync(probe, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (let wait = 0; !existsSync(probe) && wait < 200; wait += 1) await pause(25);
  const { resources, heapBytes } = JSON.parse(readFileSync(probe, 'utf8')) as {
    resources: Record<string, number>;
    heapBytes: number;
  };
  const proc = `/proc/${pid}`;
  const rss = existsSync(proc) ? /VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8')) : null;
  return {
    files: existsSync(proc) ? readdirSync(`${proc}/fd`).length : undefined,
    rssMb: rss === null ? undefined : Math.round(Number(rss[1]) / 1024),
    heapMb: Math.round((heapBytes / 1e6) * 10) / 10,
    resources,
  };
}

/** Connections are kept for reuse, and code is loaded on first use: that much more is no leak. */
const SLACK_FILES = 12;
const SLACK_RESOURCES = 8;
const SLACK_HEAP_MB = 10;
const HEAP_SHARE = 1.25;

export function compareReadings(facts: Facts, before: Reading, after: Reading): void {
  const say = (what: string, was: unknown, is: unknown) => facts.problem(`${what} grew from ${was} to ${is}`);
  const { files = 0 } = before;
  if ((after.files ?? 0) > files + SLACK_FILES) say('Open files', files, after.files);
  if (after.heapMb > before.heapMb * HEAP_SHARE + SLACK_HEAP_MB) say('The heap (MB)', before.heapMb, after.heapMb);
  for (const [kind, count] of Object.entries(after.resources)) {
    const was = before.resources[kind] ?? 0;
    if (count > was + SLACK_RESOURCES) say(kind, was, count);
  }
}
