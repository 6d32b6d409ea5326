import { describe, expect, it } from 'vitest';
import { eventMigrations } from '../../src/webhooks/event-row.ts';
import { SqliteEventLog } from '../../src/webhooks/sqlite-event-log.ts';
import { startScript } from '../support/child-script.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { eventLogContract } from './event-log.contract.ts';

function openAt(path: string, now = () => Date.now()) {
  return new SqliteEventLog(sqliteAt(path, eventMigrations), { now });
}

describe('event log in SQLite', () => {
  eventLogContract((now) => {
    const path = databasePath();
    return { log: openAt(path, now), reopen: () => openAt(path, now) };
  });

  it('loses nothing that was acknowledged before a kill -9, and it is still pending', async () => {
    const path = databasePath();
    const child = startScript('receive-deliveries.ts', path, '100000');
    await child.printed(50);
    child.process.kill('SIGKILL');
    await child.ended;
    const pending = await openAt(path).pending(Date.now() + 1e12, 100_000);
    const stored = new Set(pending.map(({ eventId }) => eventId));
    expect(child.lines.length).toBeGreaterThanOrEqual(50);
    expect(child.lines.filter((line) => !stored.has(line))).toEqual([]);
    // At most one more than was acknowledged.
    expect(stored.size - child.lines.length).toBeLessThanOrEqual(1);
  });
});
