import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventMigrations } from '../../src/webhooks/event-row.ts';
import { SqliteEventLog } from '../../src/webhooks/sqlite-event-log.ts';
import { startScript } from '../support/child-script.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { delivery, FORGED, VALID } from '../support/deliveries.ts';
import { eventLogContract } from './event-log.contract.ts';

const TOKEN = 'user:correct-horse-battery';
const SECRETS = { get: (name: string) => (name === 'TOKEN' ? TOKEN : undefined) };

function openAt(path: string, now = () => Date.now()) {
  return new SqliteEventLog(sqliteAt(path, eventMigrations), SECRETS, { now });
}

describe('event log in SQLite', () => {
  eventLogContract((now) => {
    const path = databasePath();
    return { log: openAt(path, now), reopen: () => openAt(path, now) };
  });

  it('holds no secret that a delivery carries, and gives back the very bytes', async () => {
    const path = databasePath();
    const base64 = Buffer.from(TOKEN).toString('base64');
    const carried = delivery('evt_1', {
      rawHeaders: ['Authorization', `Basic ${base64}`, 'X-Token', TOKEN],
      path: `/postmark?token=${TOKEN}`,
      url: `https://shop.example/postmark?token=${TOKEN}`,
      body: Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(`{"token":"${TOKEN}"}`)]),
      verdict: { ...VALID, matchedSecret: 'TOKEN' },
    });
    const log = openAt(path);
    const { event } = await log.insert(carried);
    const again = await log.insert(carried);
    for (const kept of [
      event,
      again.event,
      await log.get(event.workspace, event.id),
      (await log.pending(1e13, 1))[0],
    ]) {
      expect(kept).toMatchObject({ rawHeaders: carried.rawHeaders, path: carried.path, url: carried.url });
      expect(kept?.body.equals(carried.body)).toBe(true);
    }
    for (const file of [path, `${path}-wal`]) {
      const written = readFileSync(file, 'latin1');
      expect([written.includes(TOKEN), written.includes(base64)]).toEqual([false, false]);
    }
    expect(readFileSync(`${path}-wal`, 'latin1')).toContain('X-Token');
  });

  it('reads with what the variable holds here: the mark where it holds nothing, and all as received once it is back', async () => {
    const path = databasePath();
    const carried = delivery('evt_1', {
      rawHeaders: ['X-Token', TOKEN],
      verdict: { ...VALID, matchedSecret: 'TOKEN' },
    });
    const { event } = await openAt(path).insert(carried);
    const readWith = async (value: string | undefined) => {
      const log = new SqliteEventLog(sqliteAt(path, eventMigrations), { get: () => value });
      return (await log.get(event.workspace, event.id))?.rawHeaders[1];
    };
    expect(await readWith(undefined)).toBe(`[secret ${event.id} TOKEN]`);
    expect(await readWith('another-secret')).toBe('another-secret');
    expect(await readWith(TOKEN)).toBe(TOKEN);
  });

  it('holds no other secret of the process either, in whatever delivery', async () => {
    const path = databasePath();
    const [key, longer] = ['sk_live_0123456789abcdef', 'sk_live_0123456789abcdef_and_more'];
    const values: Record<string, string> = { API_KEY: key, LONG_KEY: longer, SHORT: 'id' };
    const secrets = { get: (name: string) => values[name], names: () => Object.keys(values) };
    const log = new SqliteEventLog(sqliteAt(path, eventMigrations), secrets);
    const carried = delivery('evt_1', {
      rawHeaders: ['Authorization', `Bearer ${key}`, 'X-Basic', Buffer.from(key).toString('base64')],
      path: `/stripe?token=${longer}`,
      body: Buffer.from(`{"id":"evt_1","note":"${longer} ${key}"}`),
      verdict: FORGED,
    });
    const { event } = await log.insert(carried);
    const kept = await log.get(event.workspace, event.id);
    expect(kept).toMatchObject({ rawHeaders: carried.rawHeaders, path: carried.path });
    expect(kept?.body.toString()).toBe(carried.body.toString());
    const written = readFileSync(`${path}-wal`, 'latin1');
    expect([key, Buffer.from(key).toString('base64')].filter((text) => written.includes(text))).toEqual([]);
    // Without the secrets the marks stay, and name them.
    const stranger = await openAt(path).get(event.workspace, event.id);
    expect(stranger?.body.toString()).toBe(
      `{"id":"evt_1","note":"[secret ${event.id} LONG_KEY] [secret ${event.id} API_KEY]"}`,
    );
  });

  it('loses nothing that was acknowledged before a kill -9, and it is still pending', async () => {
    const path = databasePath();
    const child = startScript('receive-deliveries.ts', path, '100000');
    await child.printed(50);
    child.process.kill('SIGKILL');
    await child.ended;
    const pending = await openAt(path).pending(Date.now() + 1e12, 100_000);
    const stored = new Set(pending.map(({ eventId }) => eventId));
    expect(child.lines.length).toBeGreaterThanOrEqual(50);
    expect(child.lines.filter((line) => !stored.has(line))).toEqual([]);
    // At most one more than was acknowledged.
    expect(stored.size - child.lines.length).toBeLessThanOrEqual(1);
  });
});
