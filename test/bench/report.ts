import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import type { Row } from './row.ts';

/** One measurement as it was taken. */
export interface Measured {
  /** ISO 8601, of the end. */
  at: string;
  machine: { node: string; cpu: string; cores: number; load: number };
  rows: Row[];
}

/** By area, then by measurement: each may come from a run of its own. */
export type Report = Record<string, Record<string, Measured>>;

/** @param load of the machine when the measurement began, in its last minute: what others do meanwhile */
export function measured(rows: Row[], load: number): Measured {
  const [{ model } = { model: 'unknown' }] = cpus();
  const machine = { node: process.version, cpu: model, cores: availableParallelism(), load };
  return { at: new Date().toISOString(), machine, rows };
}

export function currentLoad(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1));
}

/** Replaces the earlier result of this measurement in the file; all others stay. */
export function saveMeasured(path: string, area: string, name: string, result: Measured): void {
  const report = readReport(path);
  const saved: Report = { ...report, [area]: { ...report[area], [name]: result } };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(saved, null, 2)}\n`);
}

export function readReport(path: string): Report {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : {};
}
