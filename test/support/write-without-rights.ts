/**
 * Writes one note without the rights of root, which may write everywhere. Prints each error as JSON, then "written".
 * Arguments: database file, and how often it is tried (once by default; with pauses of 50 ms).
 */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../src/core/errors.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { noteMigrations } from './note-migrations.ts';
import 'better-sqlite3';

const NOBODY = 65534;

const [path = '', tries = '1'] = process.argv.slice(2);
if (process.getuid?.() === 0) {
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
const sqlite = new Sqlite({ path, migrations: noteMigrations });
for (let left = Number(tries); left > 0 && !(await write()); left -= 1) await pause(50);
await sqlite.close();

async function write(): Promise<boolean> {
  try {
    const hot = await sqlite.hot();
    await hot.write((sql) => sql.run("INSERT INTO note (text) VALUES ('x')"));
    writeSync(1, 'written\n');
    return true;
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const { code, message, hint, details } = thrown;
    writeSync(1, `${JSON.stringify({ code, message, hint, details })}\n`);
    return false;
  }
}
