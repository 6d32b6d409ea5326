import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Facts } from './facts.ts';

export interface Reading {
  /** Open files; undefined where the system has no /proc. */
  files: number | undefined;
  rssMb: number | undefined;
  /** After a collection, and what buffers hold beside it. */
  heapMb: number;
  buffersMb: number;
  /** `process.getActiveResourcesInfo`, counted, and all timers: those that keep no process alive are not in it. */
  resources: Readonly<Record<string, number>>;
}

/** Reads an idle server that runs with `resources-probe.mjs`; the last of a few readings, when idle connections have gone. */
export async function readProcess(pid: number, probe: string): Promise<Reading> {
  rmSync(probe, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (let wait = 0; !existsSync(probe) && wait < 200; wait += 1) await pause(25);
  const { resources, heapBytes, externalBytes } = JSON.parse(readFileSync(probe, 'utf8')) as {
    resources: Record<string, number>;
    heapBytes: number;
    externalBytes: number;
  };
  const proc = `/proc/${pid}`;
  const rss = existsSync(proc) ? /VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8')) : null;
  return {
    files: existsSync(proc) ? readdirSync(`${proc}/fd`).length : undefined,
    rssMb: rss === null ? undefined : Math.round(Number(rss[1]) / 1024),
    heapMb: toMb(heapBytes),
    buffersMb: toMb(externalBytes),
    resources,
  };
}

function toMb(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** Connections are kept for reuse, and code is loaded on first use: that much more is no leak. */
const SLACK_FILES = 12;
const SLACK_RESOURCES = 8;
/** What a server holds has settled when it was read first: a shorter soak still compiles code then, and the allocator returns pages late. */
const SETTLED_SECONDS = 300;
/** Share and megabytes by which each may grow. */
const MEMORY = [
  { what: 'heapMb', share: 1.1, slackMb: 5, unsettledMb: 5 },
  { what: 'buffersMb', share: 1.1, slackMb: 4, unsettledMb: 4 },
  { what: 'rssMb', share: 1.1, slackMb: 30, unsettledMb: 90 },
] as const;

/** Both taken in a soak of so many seconds, the first after a quarter of it. */
export function compareReadings(facts: Facts, before: Reading, after: Reading, seconds: number): void {
  const say = (what: string, was: unknown, is: unknown) => facts.problem(`${what} grew from ${was} to ${is}`);
  const { files = 0 } = before;
  if ((after.files ?? 0) > files + SLACK_FILES) say('Open files', files, after.files);
  for (const { what, share, slackMb, unsettledMb } of MEMORY) {
    const [was = 0, is = 0] = [before[what], after[what]];
    if (is > was * share + (seconds < SETTLED_SECONDS ? unsettledMb : slackMb)) say(what, was, is);
  }
  for (const [kind, count] of Object.entries(after.resources)) {
    const was = before.resources[kind] ?? 0;
    if (count > was + SLACK_RESOURCES) say(kind, was, count);
  }
}
