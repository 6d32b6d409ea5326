import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/commands/command-line.ts';
import { createHost } from '../../../src/commands/host.ts';
import { memoryMigrations } from '../../../src/memory/memory-migrations.ts';
import { SqliteMemoryArchive } from '../../../src/memory/sqlite-memory-archive.ts';
import { SqliteMemoryStore } from '../../../src/memory/sqlite-memory-store.ts';
import { Sqlite } from '../../../src/storage/sqlite.ts';

const HERE = { workspace: 'shop', agent: 'claude-code', sessionId: 's1' };
const PLAIN = { contextType: 'information', tags: [], importance: 5, isGlobal: false } as const;

/** A database of its own with everything that the command needs. */
function machine(folder: string, name: string, memoryLimit?: number) {
  const clock = { time: Date.UTC(2026, 4, 14), now: () => clock.time };
  const sqlite = new Sqlite({ path: join(folder, `${name}.db`), migrations: memoryMigrations, clock });
  const archive = new SqliteMemoryArchive(sqlite, clock);
  const run = async (...args: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const write = async (text: string) => void out.push(text);
    const report = (text: string) => void err.push(text);
    const env = { BREAKWATER_WORKSPACE: 'shop', BREAKWATER_MEMORY_LIMIT: memoryLimit?.toString() };
    const host = createHost({ env, cwd: folder, home: folder, write, report });
    const code = await runCommandLine(['memory', ...args], { ...host, archive: async () => archive });
    return { code, out: out.join(''), err: err.join('') };
  };
  return { clock, sqlite, store: new SqliteMemoryStore(sqlite, clock), run };
}
type Machine = ReturnType<typeof machine>;

describe('breakwater memory', () => {
  let folder: string;
  const opened: Machine[] = [];
  const open = (name: string, limit?: number) => {
    const made = machine(folder, name, limit);
    opened.push(made);
    return made;
  };
  const file = (name: string, lines: readonly (object | string)[]) => {
    const path = join(folder, name);
    writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
    return path;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-commands-'));
  });
  afterEach(async () => {
    for (const { sqlite } of opened.splice(0)) await sqlite.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes an export to a file of its own, through no link that waits beside it', async () => {
    const from = open('from');
    await from.store.store({ ...PLAIN, content: 'The port is 3000' }, HERE);
    const victim = file('victim', ['precious']);
    const path = join(folder, 'export.jsonl');
    symlinkSync(victim, `${path}.partial`);
    const both = await Promise.all([from.run('export', path), from.run('export', path)]);
    expect(both.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(path).isFile()).toBe(true);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual(['export.jsonl.partial']);
  });

  it('takes everything along from one machine to another, once', async () => {
    const [from, to] = [open('from'), open('to')];
    const { store } = from;
    const first = (await store.store({ ...PLAIN, content: 'The port is 3000', tags: ['ops'], category: 'net' }, HERE))
      .memory;
    await store.update(first.id, { content: 'The port is 4000', importance: 8 }, { ...HERE, agent: 'reviewer' });
    const wrong = (await store.store({ ...PLAIN, content: 'wrong' }, HERE)).memory;
    const right = (await store.store({ ...PLAIN, content: 'right', supersedes: wrong.id, isGlobal: true }, HERE))
      .memory;
    await store.store({ ...PLAIN, content: 'elsewhere', ttlSeconds: 600 }, { ...HERE, workspace: 'blog' });
    await store.link({ fromId: right.id, toId: first.id, relationship: 'references' }, HERE);

    const path = join(folder, 'all.jsonl');
    expect(await from.run('export', path, '--all')).toMatchObject({ code: 0, out: `5 records written to ${path}\n` });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const result = await to.run('import', path, '--json');
    expect(JSON.parse(result.out)).toMatchObject({ imported: 5, skipped: 0, invalid: 0, redacted: [] });
    for (const { id } of [first, wrong, right]) {
      expect(await to.store.get(id)).toEqual(await store.get(id));
      expect(await to.store.versions(id)).toEqual(await store.versions(id));
      expect(await to.store.links(id)).toEqual(await store.links(id));
    }
    const search = { text: 'port wrong right elsewhere', workspace: undefined, limit: 10 };
    const found = async (machine: Machine) => (await machine.store.search(search)).hits.map(({ memory }) => memory.id);
    expect((await found(to)).sort()).toEqual((await found(from)).sort());

    expect(JSON.parse((await to.run('import', path, '--json')).out)).toMatchObject({ imported: 0, skipped: 5 });
    expect((await to.run('export', '--all')).out).toBe(readFileSync(path, 'utf8'));
    expect((await to.run('export')).out).not.toContain('elsewhere');
  });

  it('goes on where an import broke off, and reports what it cannot use', async () => {
    const { run, store } = open('a');
    const ids = ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAW'] as const;
    const recallLine = (id: string, more = {}) => ({
      id,
      content: `content of ${id}`,
      timestamp: 1_700_000_000_000,
      ...more,
    });
    await run('import', file('part.jsonl', [recallLine(ids[0])]));
    const bad = [recallLine(ids[0]), 'not json', { type: 'memory' }, '', recallLine(ids[1]), { content: 'no id' }];
    const { code, out } = await run('import', file('whole.jsonl', bad));
    expect(code).toBe(1);
    expect(out).toMatch(/^1 imported, 1 there already, 3 not usable/);
    expect(out).toContain('line 2: not a JSON object');
    expect(out).toContain('line 6: id:');
    expect(await store.get(ids[1])).toMatchObject({ content: `content of ${ids[1]}`, createdAt: 1_700_000_000_000 });
  });

  const recalled = {
    id: '01J00000000000000000000001',
    content: 'Use Redis streams',
    context_type: 'decision',
    category: 'queue',
    tags: ['redis'],
    importance: 9,
    timestamp: 1_700_000_000_000,
    session_id: 'old-session',
    is_global: false,
  };
  const recallDocument = {
    version: '1.2.0',
    exported_at: 'x',
    memory_count: 2,
    memories: [recalled, { id: 'odd-id', content: 'second', importance: 99, context_type: 'bogus' }],
  };

  it.each([
    ['with its sentence, indented', `Successfully exported 2 memories\n\n${JSON.stringify(recallDocument, null, 2)}`],
    ['indented', JSON.stringify(recallDocument, null, 2)],
    ['on one line', JSON.stringify(recallDocument)],
  ])('reads the export of recall, %s', async (_name, text) => {
    const { run, store } = open('a');
    expect(JSON.parse((await run('import', file('recall.json', [text]), '--json')).out)).toMatchObject({ imported: 2 });
    expect(await store.get(recalled.id)).toMatchObject({
      content: 'Use Redis streams',
      contextType: 'decision',
      category: 'queue',
      tags: ['redis'],
      importance: 9,
      workspace: 'shop',
      agent: 'recall',
      sessionId: 'old-session',
      createdAt: 1_700_000_000_000,
    });
    const { hits } = await store.search({ text: 'second', workspace: 'shop', limit: 1 });
    expect(hits[0]?.memory).toMatchObject({ importance: 10, contextType: 'information' });
    expect(JSON.parse((await run('import', file('recall.json', [text]), '--json')).out)).toMatchObject({ skipped: 2 });
  });

  it('reads the file of server-memory', async () => {
    const { run, store } = open('a');
    const path = file('memory.jsonl', [
      { type: 'entity', name: 'Stripe', entityType: 'service', observations: ['API version pinned', 'webhooks on'] },
      { type: 'relation', from: 'Shop', to: 'Stripe', relationType: 'pays with' },
    ]);
    expect(JSON.parse((await run('import', path, '--json')).out)).toMatchObject({ imported: 2, invalid: 0 });
    const { hits } = await store.search({ text: 'pinned version', workspace: 'shop', limit: 5, category: 'service' });
    expect(hits.map(({ memory }) => memory.content)).toEqual(['Stripe (service)\nAPI version pinned\nwebhooks on']);
    expect((await store.search({ text: '*', workspace: 'shop', limit: 5, tags: ['shop'] })).hits).toHaveLength(1);
    expect(JSON.parse((await run('import', path, '--json')).out)).toMatchObject({ skipped: 2 });
  });

  it('masks secrets on the way in', async () => {
    const { run, store } = open('a');
    const key = ['sk', 'live', '51H8abcdefghijklmnopqrst'].join('_');
    const { out } = await run(
      'import',
      file('x.jsonl', [{ ...recalled, content: `key ${key}`, tags: [key] }]),
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({ redacted: ['stripe_key'] });
    expect(JSON.stringify(await store.get(recalled.id))).not.toContain('51H8');
  });

  it('reports what nearly says the same and changes nothing', async () => {
    const { run, store } = open('a');
    const base =
      'Webhook signatures of Stripe are verified over the raw body before express parses JSON in the payment route';
    await store.store({ ...PLAIN, content: base }, HERE);
    await store.store({ ...PLAIN, content: `${base} today` }, { ...HERE, agent: 'codex' });
    await store.store(
      { ...PLAIN, content: 'Postgres pool size is twenty connections per pod behind the bouncer' },
      HERE,
    );
    const { out } = await run('consolidate', '--json');
    const { groups } = JSON.parse(out) as { groups: { memories: { agent: string }[] }[] };
    expect(groups.map(({ memories }) => memories.map(({ agent }) => agent))).toEqual([['claude-code', 'codex']]);
    expect(await store.recent('shop', 10)).toHaveLength(3);
  });

  it('counts, and clears away what has expired or is over the limit, least important first', async () => {
    const { run, store, clock } = open('a', 2);
    const { memory: old } = await store.store({ ...PLAIN, content: 'superseded', importance: 9 }, HERE);
    await store.store({ ...PLAIN, content: 'trifle', importance: 1 }, HERE);
    await store.store({ ...PLAIN, content: 'older', importance: 6, supersedes: old.id }, HERE);
    await store.store({ ...PLAIN, content: 'important', importance: 10 }, HERE);
    await store.store({ ...PLAIN, content: 'short', importance: 10, ttlSeconds: 60 }, HERE);
    await store.store({ ...PLAIN, content: 'other' }, { ...HERE, workspace: 'blog' });
    clock.time += 60_000;
    expect(JSON.parse((await run('stats', '--json')).out)).toMatchObject({
      workspaces: [
        { workspace: 'blog', memories: 1 },
        { workspace: 'shop', memories: 4, superseded: 1, agents: 1 },
      ],
      expired: 1,
    });
    expect(JSON.parse((await run('vacuum', '--json')).out)).toMatchObject({ expired: 1, over_limit: 2 });
    expect(
      (await store.search({ text: '*', workspace: undefined, limit: 10 })).hits.map(({ memory }) => memory.content),
    ).toEqual(['other', 'important', 'older']);
    expect((await run('stats')).out).toContain('shop: 2 memories by 1 agent');
  });

  it.each([
    [[], 'Usage: breakwater memory'],
    [['fly'], "unknown command 'fly'"],
    [['toString'], 'unknown command'],
    [['import'], "missing required argument 'file'"],
    [['stats', 'x'], "too many arguments for 'stats'"],
    [['stats', '--colour'], '--colour'],
    [['consolidate', '--similarity', '2'], '--similarity'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, out, err } = await open('a').run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('fails with exit code 1 and a clear line for a file that is away or of another kind', async () => {
    const { run } = open('a');
    expect(await run('import', join(folder, 'none.jsonl'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^breakwater: There is no such file or folder: .*none\.jsonl\.\n {2}Fix: /),
    });
    expect(await run('import', file('x.json', ['{', '"a": 1', '}']))).toMatchObject({
      code: 1,
      err: expect.stringContaining('no export of Breakwater'),
    });
  });
});
