import type { Connection, Sql } from './connection.ts';

/** More entries than anybody needs at once: above it all are read again. */
const MAX_ENTRIES = 10_000;

/**
 * What was read from a connection, for as long as no other connection has written. Writes through the connection itself are not
 * noticed: whoever makes them says what they changed. What it gives is shared by all who ask, and not to be changed.
 */
export class Snapshot<T> {
  readonly #entries = new Map<string, { value: T }>();
  #connection: Connection | undefined;
  #version: number | undefined;

  /** What `read` gives for `key`, or gave before. */
  get(connection: Connection, key: string, read: (sql: Sql) => T): T {
    this.#dropStale(connection);
    const known = this.#entries.get(key);
    if (known !== undefined) return known.value;
    const value = connection.read(read);
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(key, { value });
    return value;
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
  }

  #dropStale(connection: Connection): void {
    const version = connection.dataVersion();
    if (version === this.#version && connection === this.#connection) return;
    this.#entries.clear();
    this.#connection = connection;
    this.#version = version;
  }
}
