import { afterEach, expect, it, vi } from 'vitest';
import type { Connection } from '../../../src/storage/connection.ts';
import { Snapshot } from '../../../src/storage/snapshot.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';

const migrations = [{ id: 'notes', sql: 'CREATE TABLE note (topic TEXT NOT NULL, text TEXT NOT NULL) STRICT;' }];

afterEach(() => vi.unstubAllGlobals());

async function twoProcesses() {
  const path = databasePath();
  const [ours, theirs] = await Promise.all([sqliteAt(path, migrations).hot(), sqliteAt(path, migrations).hot()]);
  const snapshot = new Snapshot<number>();
  let reads = 0;
  const count = (connection: Connection, topic: string) =>
    snapshot.get(connection, topic, (sql) => {
      reads += 1;
      return sql.all('SELECT text FROM note WHERE topic = ?', [topic]).length;
    });
  const add = (connection: Connection, topic: string) =>
    connection.write((sql) => sql.run('INSERT INTO note (topic, text) VALUES (?, ?)', [topic, 'text']));
  return { ours, theirs, snapshot, count, add, reads: () => reads };
}

it('reads once for each key, and again when another connection has written', async () => {
  const { ours, theirs, count, add, reads } = await twoProcesses();
  expect([count(ours, 'a'), count(ours, 'a'), count(ours, 'b')]).toEqual([0, 0, 0]);
  expect(reads()).toBe(2);
  await add(theirs, 'a');
  await vi.waitFor(() => expect(count(ours, 'a')).toBe(1));
  expect(count(ours, 'b')).toBe(0);
  expect(reads()).toBe(4);
});

it('notices own writes when it is told what they changed', async () => {
  const { ours, snapshot, count, add } = await twoProcesses();
  expect([count(ours, 'a'), count(ours, 'b')]).toEqual([0, 0]);
  await add(ours, 'a');
  await add(ours, 'b');
  snapshot.forget('a');
  expect([count(ours, 'a'), count(ours, 'b')]).toEqual([1, 0]);
  snapshot.clear();
  expect(count(ours, 'b')).toBe(1);
});

it('knows nothing of another file', async () => {
  const { ours, count, add } = await twoProcesses();
  await add(ours, 'a');
  expect(count(ours, 'a')).toBe(1);
  const other = await sqliteAt(databasePath(), migrations).hot();
  expect(count(other, 'a')).toBe(0);
});

it('compiles a statement once, whatever its parameters are compared with', async () => {
  const { ours, add } = await twoProcesses();
  await add(ours, 'a');
  const read = () =>
    ours.read((sql) => [
      sql.all('SELECT text FROM note WHERE topic = ? ORDER BY text', ['a']),
      sql.get('SELECT max(text) AS last FROM note WHERE topic IS :topic', { topic: 'a' }),
    ]);
  const first = read();
  expect(first).toEqual([[{ text: 'text' }], { last: 'text' }]);
  // better-sqlite3 makes a function for the rows of each compiled statement.
  const made = vi.fn(Function);
  vi.stubGlobal('Function', made);
  expect([read(), read(), read()]).toEqual([first, first, first]);
  expect(made).not.toHaveBeenCalled();
});
