import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ListWatch } from '../../../src/protocol/list-watch.ts';

/** A list as several processes write it, and its watch. */
function watched() {
  const stored = { uris: ['memory://a'], writes: 0, lists: 0, isAway: false, announced: 0 };
  const entries = () => stored.uris.map((uri) => ({ uri, name: uri }));
  const watch = new ListWatch({
    async version() {
      if (stored.isAway) throw new Error('away');
      return String(stored.writes);
    },
    async list() {
      stored.lists += 1;
      return entries();
    },
    async notify() {
      stored.announced += 1;
    },
  });
  const write = (...uris: string[]) => {
    stored.writes += 1;
    stored.uris.push(...uris);
  };
  return { stored, entries, watch, write };
}

const looks = (count: number) => vi.advanceTimersByTimeAsync(count * 500);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('looks at nothing before the list was read', async () => {
  const { stored, write } = watched();
  write('memory://b');
  await looks(10);
  expect(stored).toMatchObject({ lists: 0, announced: 0 });
  expect(vi.getTimerCount()).toBe(0);
});

it('reads the list again only after something was written', async () => {
  const { stored, entries, watch, write } = watched();
  watch.saw(entries());
  await looks(20);
  // Once, for what was written while the client's own list was read.
  expect(stored).toMatchObject({ lists: 1, announced: 0 });
  write();
  await looks(20);
  expect(stored).toMatchObject({ lists: 2, announced: 0 });
  write('memory://b');
  await looks(20);
  expect(stored).toMatchObject({ lists: 3, announced: 1 });
});

it('announces what was written while the list was read', async () => {
  const { stored, entries, watch, write } = watched();
  const old = entries();
  write('memory://b');
  watch.saw(old);
  await looks(3);
  expect(stored.announced).toBe(1);
});

it('announces writes in quick succession once, on either side of a look', async () => {
  const { stored, entries, watch, write } = watched();
  watch.saw(entries());
  await looks(5);
  write('memory://b');
  await looks(1);
  write('memory://c');
  await looks(5);
  expect(stored.announced).toBe(1);
});

it('announces a list that does not come to rest every five seconds', async () => {
  const { stored, entries, watch, write } = watched();
  watch.saw(entries());
  for (let second = 0; second < 60; second += 1) {
    write(`memory://${second}`);
    await looks(2);
  }
  expect(stored.announced).toBeGreaterThanOrEqual(10);
  expect(stored.announced).toBeLessThanOrEqual(12);
  await looks(20);
  const { announced } = stored;
  await looks(50);
  expect(stored.announced).toBe(announced);
});

it('announces what changed while the database was away', async () => {
  const { stored, entries, watch, write } = watched();
  watch.saw(entries());
  await looks(3);
  stored.isAway = true;
  await looks(3);
  write('memory://b');
  stored.isAway = false;
  await looks(3);
  expect(stored.announced).toBe(1);
});

it('is silent once stopped', async () => {
  const { stored, entries, watch, write } = watched();
  watch.saw(entries());
  await looks(3);
  write('memory://b');
  await looks(1);
  watch.stop();
  await looks(5);
  expect(stored.announced).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
