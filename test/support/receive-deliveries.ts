/**
 * Inserts deliveries and prints the id of each event once its insertion was acknowledged.
 * Arguments: database file, how many.
 */
import { writeSync } from 'node:fs';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { eventMigrations } from '../../src/webhooks/event-row.ts';
import { SqliteEventLog } from '../../src/webhooks/sqlite-event-log.ts';
import { delivery } from './deliveries.ts';

const [path = '', count = '0'] = process.argv.slice(2);
const log = new SqliteEventLog(new Sqlite({ path, migrations: eventMigrations }), { get: () => undefined });
for (let number = 0; number < Number(count); number += 1) {
  const { event } = await log.insert(delivery(`evt_${number}`));
  writeSync(1, `${event.eventId}\n`);
}
