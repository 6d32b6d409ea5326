import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Subscriptions } from '../../../src/protocol/subscriptions.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Resources by address; those that are not there cannot be watched. */
function open(resources: Record<string, string>) {
  const told: string[] = [];
  let asked = 0;
  const subscriptions = new Subscriptions({
    async version(uri) {
      asked += 1;
      const version = resources[uri];
      if (version === undefined) throw new Error('There is nothing.');
      return version;
    },
    notify: async (uri) => void told.push(uri),
  });
  return { subscriptions, told, asked: () => asked };
}

type Pair = readonly [string | number, string];

function pairsAfter(pairs: readonly Pair[], what: string, ...[who, name]: Pair): Pair[] {
  const others = pairs.filter(([by, of]) => by !== who || (of !== name && what !== 'end'));
  return what === 'hold' ? [...others, [who, name]] : others;
}

const look = () => vi.advanceTimersByTimeAsync(500);

describe('Subscriptions', () => {
  it('tells of a change once, to holders of the address', async () => {
    const resources: Record<string, string> = { a: '1', b: '1' };
    const { subscriptions, told } = open(resources);
    await Promise.all([subscriptions.hold('x', 'a'), subscriptions.hold('y', 'a'), subscriptions.hold('x', 'b')]);
    resources['a'] = '2';
    await look();
    await look();
    expect(told).toEqual(['a']);
    subscriptions.release('x', 'a');
    resources['a'] = '3';
    await look();
    expect(told).toEqual(['a', 'a']);
    subscriptions.release('y', 'a');
    resources['a'] = '4';
    await look();
    expect(told).toEqual(['a', 'a']);
  });

  it('forgets what was released before its version was known', async () => {
    const { subscriptions, told } = open({ a: '1' });
    const held = subscriptions.hold('x', 'a');
    subscriptions.release('x', 'a');
    await held;
    expect(vi.getTimerCount()).toBe(0);
    expect(told).toEqual([]);
  });

  it('rejects what has no version, and leaves nothing of it', async () => {
    const { subscriptions } = open({});
    await expect(subscriptions.hold('x', 'a')).rejects.toThrow('There is nothing.');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks again after a look that failed, and tells again what could not be told', async () => {
    const resources: Record<string, string> = { a: '1' };
    const notify = vi.fn(async () => {}).mockRejectedValueOnce(new Error('full'));
    const version = async (uri: string) => resources[uri] ?? Promise.reject(new Error('away'));
    const subscriptions = new Subscriptions({ version, notify });
    await subscriptions.hold('x', 'a');
    delete resources['a'];
    await look();
    resources['a'] = '2';
    await look();
    await look();
    await look();
    expect(notify).toHaveBeenCalledTimes(2);
  });

  it('costs nothing while nothing is held', async () => {
    const { subscriptions, asked } = open({ a: '1' });
    await subscriptions.hold(7, 'a');
    subscriptions.end(7);
    await look();
    expect(asked()).toBe(1);
    await subscriptions.hold(7, 'a');
    subscriptions.stop();
    await look();
    expect(asked()).toBe(2);
  });

  it('watches at most 100 addresses', async () => {
    const { subscriptions } = open(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`u${n}`, '1'])));
    await Promise.all(Array.from({ length: 100 }, (_, n) => subscriptions.hold('x', `u${n}`)));
    await expect(subscriptions.hold('x', 'u100')).rejects.toMatchObject({ code: 'invalid_input' });
    await subscriptions.hold('y', 'u7');
    subscriptions.release('x', 'u8');
    await subscriptions.hold('x', 'u100');
  });

  it('watches what somebody holds, after any sequence of requests', async () => {
    const holder = fc.constantFrom<string | number>('1', 1, 'x');
    const uri = fc.constantFrom('a', 'b', 'c');
    const kind = fc.constantFrom('hold', 'release', 'end');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(kind, holder, uri), { maxLength: 30 }), async (operations) => {
        const resources: Record<string, string> = { a: '1', b: '1', c: '1' };
        const { subscriptions, told } = open(resources);
        let pairs: Pair[] = [];
        for (const [what, who, name] of operations) {
          void subscriptions[what](who, name);
          pairs = pairsAfter(pairs, what, who, name);
        }
        await vi.advanceTimersByTimeAsync(0);
        for (const name of Object.keys(resources)) resources[name] = '2';
        await look();
        expect(told.toSorted()).toEqual([...new Set(pairs.map(([, name]) => name))].toSorted());
        subscriptions.stop();
      }),
    );
  });
});
