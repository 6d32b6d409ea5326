import type { Host } from '../host.ts';
import { formatBytes } from '../style.ts';
import type { Finding } from './finding.ts';

/** Checkpoints keep the log below; above it some reader has been open for long. */
const LARGE_WAL_BYTES = 256e6;

/** The file is read and not changed: a missing one stays missing. */
export async function checkDatabase(host: Host): Promise<Finding[]> {
  const { inspectStorage } = await import('../../app.ts');
  const { path, exists, bytes, walBytes, journalMode, damage, pending } = await inspectStorage(host.settings());
  const finding = (level: Finding['level'], what: string, fix?: string): Finding => ({
    area: 'database',
    level,
    what,
    fix,
  });
  if (!exists) return [finding('ok', `${path} is made at first use`)];
  if (damage.length > 0) {
    return [
      finding(
        'broken',
        `${path} is damaged: ${damage[0]}`,
        'Stop every program that uses it, then save what can be read: breakwater memory export memories.jsonl --all. Move the file away, and import.',
      ),
    ];
  }
  const sizes = `${formatBytes(bytes)}, log ${formatBytes(walBytes)}`;
  const schema = pending === 0 ? 'schema current' : `${pending} schema steps to be applied at the next use`;
  const findings = [finding('ok', `${path}, ${sizes}, sound, ${schema}`)];
  if (journalMode !== 'wal') {
    findings.push(
      finding(
        'warn',
        `journal mode is ${journalMode}, not wal`,
        'Nothing to do: the next server that opens it sets it.',
      ),
    );
  }
  if (walBytes > LARGE_WAL_BYTES) {
    findings.push(
      finding(
        'warn',
        `the write-ahead log has ${formatBytes(walBytes)}`,
        'End programs that keep the database open, then run: breakwater memory vacuum',
      ),
    );
  }
  return findings;
}
