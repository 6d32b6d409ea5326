/** Tries to write one note without the rights of root, which may write everywhere. Prints the error as JSON. Argument: database file. */
import { writeSync } from 'node:fs';
import { AppError } from '../../src/core/errors.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { noteMigrations } from './note-migrations.ts';
import 'better-sqlite3';

const NOBODY = 65534;

const [path = ''] = process.argv.slice(2);
if (process.getuid?.() === 0) {
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
}
const sqlite = new Sqlite({ path, migrations: noteMigrations });
try {
  const hot = await sqlite.hot();
  await hot.write((sql) => sql.run("INSERT INTO note (text) VALUES ('x')"));
  writeSync(1, 'written\n');
} catch (thrown) {
  if (!(thrown instanceof AppError)) throw thrown;
  const { code, message, hint, details } = thrown;
  writeSync(1, `${JSON.stringify({ code, message, hint, details })}\n`);
}
