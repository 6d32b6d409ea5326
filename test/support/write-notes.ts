/**
 * Writes notes and prints each one once its write was acknowledged.
 * Arguments: database file, prefix of the notes, how many, "hot" or "ledger".
 */
import { Sqlite } from '../../src/storage/sqlite.ts';
import { noteMigrations } from './note-migrations.ts';

const [path = '', prefix = '', count = '0', connection = 'hot'] = process.argv.slice(2);
const sqlite = new Sqlite({ path, migrations: noteMigrations });
const target = connection === 'ledger' ? await sqlite.ledger() : await sqlite.hot();
for (let number = 0; number < Number(count); number += 1) {
  const note = `${prefix}-${number}`;
  await target.write((sql) => sql.run('INSERT INTO note (text) VALUES (?)', [note]));
  await new Promise<void>((resolve) => process.stdout.write(`${note}\n`, () => resolve()));
}
await sqlite.close();
