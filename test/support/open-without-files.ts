/** Opens a database when hardly a file more may be opened, and again when there are. Prints the error, then the note. Argument: database file. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { AppError } from '../../src/core/errors.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { noteMigrations } from './note-migrations.ts';
import { add, notes } from './notes.ts';
// Loaded while it can be.
import 'better-sqlite3';
import '../../src/storage/checkpointer.ts';

const [path = ''] = process.argv.slice(2);
const sqlite = new Sqlite({ path, migrations: noteMigrations });
const files: number[] = [];
try {
  for (;;) files.push(openSync(devNull, 'r'));
} catch {
  for (const file of files.splice(0, 3)) closeSync(file);
}
try {
  await sqlite.hot();
} catch (thrown) {
  if (!(thrown instanceof AppError)) throw thrown;
  writeSync(1, `${thrown.code}: ${thrown.message}\n`);
}
for (const file of files) closeSync(file);
const hot = await sqlite.hot();
await add(hot, 'x');
writeSync(1, `${notes(hot).join()}\n`);
await sqlite.close();
