import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../support/database.ts';
import { route, SECRET, SHOP, send, setup, signed, stripeEvent } from './listener-setup.ts';

const OTHER = '/projects/other';
const OTHER_SECRET = 'whsec_fedcba9876543210';

/** The shop holds the port; the other project has the same variable with the value given. */
async function twoProjects(otherSecret: string) {
  const path = databasePath();
  const shop = setup({ path });
  const { port } = await shop.listener.start(0, [route()]);
  const other = setup({ path, workspace: OTHER, secret: otherSecret });
  await other.listener.start(undefined, [route({ workspace: OTHER, path: '/other' })]);
  const deliver = (id: string, secret: string) => {
    const body = stripeEvent(id);
    return send(port, '/other', body, signed(body, 'stripe', undefined, Date.now(), secret));
  };
  return { path, shop, other, deliver };
}

describe('the secrets of several projects', () => {
  it('are kept apart: that of the port’s owner vouches for nobody else', async () => {
    const { other, deliver } = await twoProjects(OTHER_SECRET);
    for (const secret of [SECRET, OTHER_SECRET]) {
      const answer = await deliver('evt_1', secret);
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        503,
        { error: 'not verified', reason: 'secret_elsewhere' },
      ]);
    }
    const events = await other.events.list(OTHER, { limit: 10 });
    expect(events.map(({ status, verdict }) => [status, verdict.message])).toEqual([
      ['unverified', 'The process that holds the port has another value than this project, or none, in SECRET.'],
    ]);
  });

  it('are enough when both have the same, and it takes over with its own', async () => {
    const same = await twoProjects(SECRET);
    expect((await same.deliver('evt_1', SECRET)).status).toBe(200);
    const { shop, other, deliver } = await twoProjects(OTHER_SECRET);
    await shop.listener.close();
    expect(await other.listener.status()).toMatchObject({ state: 'running' });
    expect((await deliver('evt_1', OTHER_SECRET)).status).toBe(200);
    expect((await deliver('evt_2', SECRET)).status).toBe(400);
  });

  it('lie in the database as slow digests, each with a salt of its own', async () => {
    const { path } = await twoProjects(SECRET);
    const written = ['', '-wal'].map((end) => readFileSync(`${path}${end}`, 'latin1')).join('');
    expect(written).not.toContain(SECRET);
    expect(new Set(written.match(/[0-9a-f]{32}:[0-9a-f]{64}/g)).size).toBe(2);
  });

  it('that only the owner has are none of the other project', async () => {
    const path = databasePath();
    const shop = setup({ path });
    const { port } = await shop.listener.start(0, [route()]);
    const other = setup({ path, workspace: OTHER, secret: '' });
    await other.listener.start(undefined, [route({ workspace: OTHER, path: '/other' })]);
    const body = stripeEvent('evt_1');
    const answer = await send(port, '/other', body, signed(body));
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { reason: 'no_secret' }]);
    expect((await send(port, '/stripe', body, signed(body))).status).toBe(200);
    expect((await shop.events.list(SHOP, { limit: 10 })).map(({ eventId }) => eventId)).toEqual(['evt_1']);
  });
});
