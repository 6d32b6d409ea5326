import type { Connection } from '../../src/storage/connection.ts';

/** Stores a note of `noteMigrations`. */
export function add(connection: Connection, text: string): Promise<number> {
  return connection.write((sql) => sql.run('INSERT INTO note (text) VALUES (?)', [text]));
}

/** The notes that a connection sees, in order. */
export function notes(connection: Connection): string[] {
  return connection
    .read((sql) => sql.all<{ text: string }>('SELECT text FROM note ORDER BY text'))
    .map((row) => row.text);
}
