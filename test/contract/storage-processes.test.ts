import { chmodSync, chownSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { startScript, startScriptWithFiles } from '../support/child-script.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { noteMigrations } from '../support/note-migrations.ts';

const NOBODY = 65534;

function notesIn(path: string): string[] {
  const db = new Database(path, { readonly: true });
  const texts = db.prepare<[], string>('SELECT text FROM note').pluck().all();
  db.close();
  return texts;
}

/** The longest time between two turns of the event loop while `work` runs, in milliseconds. */
async function longestStall(work: Promise<unknown>): Promise<number> {
  let [longest, last] = [0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 2);
  await work;
  clearInterval(timer);
  return Math.max(longest, performance.now() - last);
}

describe('several processes on one file', () => {
  it.each(['hot', 'ledger'])('keep every one of 2 × 50 writes (%s)', async (connection) => {
    const path = databasePath();
    const writers = ['a', 'b'].map((prefix) => startScript('write-notes.ts', path, prefix, '50', connection));
    expect(await Promise.all(writers.map((writer) => writer.ended))).toEqual([0, 0]);
    const acknowledged = writers.flatMap((writer) => writer.lines);
    expect(acknowledged).toHaveLength(100);
    expect(notesIn(path).sort()).toEqual(acknowledged.sort());
  });

  it('wait for the lock of another when they open', async () => {
    const path = databasePath();
    const holder = startScript('hold-lock.ts', path, '400');
    await holder.printed(1);
    const hot = await sqliteAt(path, noteMigrations).hot();
    expect(await hot.write((sql) => sql.run("INSERT INTO note (text) VALUES ('x')"))).toBe(1);
  });

  it('wait for the lock of another without blocking the event loop', async () => {
    const path = databasePath();
    const hot = await sqliteAt(path, noteMigrations).hot();
    const holder = startScript('hold-lock.ts', path, '2000');
    await holder.printed(1);
    const started = performance.now();
    const write = hot.write((sql) => sql.run("INSERT INTO note (text) VALUES ('x')"));
    const stall = await longestStall(write);
    expect(performance.now() - started).toBeGreaterThan(400);
    expect(stall).toBeLessThan(1_000);
    expect(notesIn(path)).toEqual(['x']);
  });

  it.each([
    'hot',
    'ledger',
    'hot',
    'ledger',
  ])('lose nothing that was acknowledged to kill -9 (%s)', async (connection) => {
    const path = databasePath();
    const writer = startScript('write-notes.ts', path, 'n', '100000', connection);
    await writer.printed(20);
    writer.process.kill('SIGKILL');
    expect(await writer.ended).toBe('SIGKILL');
    const kept = new Set(notesIn(path));
    expect(writer.lines.length).toBeGreaterThanOrEqual(20);
    expect(writer.lines.filter((note) => !kept.has(note))).toEqual([]);
    const next = await sqliteAt(path, noteMigrations).hot();
    expect(await next.write((sql) => sql.run("INSERT INTO note (text) VALUES ('after')"))).toBe(1);
  });
});

describe.skipIf(process.platform === 'win32')('without the right to write', () => {
  it('says so for a file, and changes nothing', async () => {
    const path = databasePath();
    const writer = startScript('write-notes.ts', path, 'n', '1');
    expect(await writer.ended).toBe(0);
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    const [line = ''] = await linesOf(path);
    expect(JSON.parse(line)).toMatchObject({ code: 'unavailable', details: { file: path } });
    expect(line).toMatch(/SQLITE_READONLY|SQLITE_CANTOPEN/);
    expect(line).toContain('writable');
    chmodSync(dirname(path), 0o755);
    expect(notesIn(path)).toEqual(['n-0']);
  });

  it('says so for a folder', async () => {
    const path = databasePath();
    chmodSync(dirname(path), 0o555);
    const [line = ''] = await linesOf(path);
    expect(JSON.parse(line)).toMatchObject({
      code: 'unavailable',
      message: 'The database cannot be opened.',
      hint: 'Make its folder exist and be writable, or point BREAKWATER_DB at a writable place.',
    });
    chmodSync(dirname(path), 0o755);
  });

  it.each(['file', 'folder'])('writes as soon as the %s may be written again', async (what) => {
    const path = databasePath();
    expect(await startScript('write-notes.ts', path, 'n', '1').ended).toBe(0);
    chmodSync(dirname(path), 0o777);
    if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
    const [forbidden, usual] = what === 'file' ? [0o444, 0o644] : [0o555, 0o777];
    const changed = what === 'file' ? path : dirname(path);
    chmodSync(changed, forbidden);
    const child = startScript('write-without-rights.ts', path, '100');
    await child.printed(2);
    for (const line of child.lines) expect(JSON.parse(line)).toMatchObject({ code: 'unavailable' });
    chmodSync(changed, usual);
    expect(await child.ended).toBe(0);
    expect(child.lines.at(-1)).toBe('written');
    expect(notesIn(path)).toEqual(['n-0', 'x']);
  });

  async function linesOf(path: string): Promise<string[]> {
    const child = startScript('write-without-rights.ts', path);
    expect(await child.ended).toBe(0);
    return child.lines;
  }
});

describe.skipIf(process.platform === 'win32')('opening', () => {
  it('says that too few files may be opened, and works when there are enough', async () => {
    const child = startScriptWithFiles(100, 'open-without-files.ts', databasePath());
    expect(await child.ended).toBe(0);
    expect(child.lines).toEqual(['unavailable: The server has too many files open.', 'x']);
  });

  it.skipIf(process.platform !== 'linux')('ends where no folder can be made', async () => {
    const child = startScript('write-without-rights.ts', '/proc/breakwater/test.db');
    await child.printed(1);
    expect(JSON.parse(child.lines[0] ?? '')).toMatchObject({ code: 'unavailable', details: { cause: 'ENOENT' } });
  });
});
