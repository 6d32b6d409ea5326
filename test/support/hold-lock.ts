/** Holds the write lock of a database. Arguments: database file, milliseconds. Prints "locked" once it has it. */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';

const [path = '', holdMs = '0'] = process.argv.slice(2);
const db = new Database(path);
db.exec('BEGIN IMMEDIATE');
writeSync(1, 'locked\n');
await pause(Number(holdMs));
db.exec('COMMIT');
db.close();
