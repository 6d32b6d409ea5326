import { describe, expect, it } from 'vitest';
import type { BreakerRow } from '../../src/resilience/breaker-state.ts';
import type { BreakerStore } from '../../src/resilience/breaker-store.ts';

export const START_MS = 1_700_000_000_000;

export interface BreakerStores {
  /** Two users of the same state: two connections, or the one store of a process twice. */
  first: BreakerStore;
  second: BreakerStore;
}

const KEY = 'api.example.com/write';

const NEW_ROW = {
  key: KEY,
  state: 'closed',
  generation: 1,
  failures: 0,
  opens: 0,
  since: START_MS,
  reopenAt: null,
  probes: [],
  probeSuccesses: 0,
  throttledUntil: null,
  forced: null,
  lastError: null,
  updatedAt: START_MS,
} as const;

function withState(state: BreakerRow['state'], updatedAt: number) {
  return (row: BreakerRow): BreakerRow => ({ ...row, state, updatedAt });
}

/** What every `BreakerStore` promises. `open` gives stores without any row, whose clock stands at `START_MS`. */
export function breakerStoreContract(name: string, open: () => Promise<BreakerStores> | BreakerStores): void {
  describe(name, () => {
    it('has nothing to tell at first', async () => {
      const { first } = await open();
      expect(await first.get(KEY)).toBeUndefined();
      expect(await first.list()).toEqual([]);
      expect(await first.transitions(KEY, 10)).toEqual([]);
    });

    it('begins with a closed row and keeps every field of what replaces it', async () => {
      const { first, second } = await open();
      const full: BreakerRow = {
        ...NEW_ROW,
        state: 'half_open',
        generation: 7,
        failures: 5,
        opens: 2,
        reopenAt: 3,
        probes: [{ id: 'a', until: 4 }],
        probeSuccesses: 1,
        throttledUntil: 5,
        forced: { state: 'open', reason: 'moved “away”', owner: 'ann', until: null },
        lastError: 'HTTP 503',
        updatedAt: START_MS + 1,
      };
      const given: BreakerRow[] = [];
      const returned = await first.update(KEY, (row) => {
        given.push(row);
        return full;
      });
      expect(given.at(-1)).toEqual(NEW_ROW);
      expect(returned).toEqual(full);
      expect(await first.get(KEY)).toEqual(full);
      expect(await second.get(KEY)).toEqual(full);
      expect(await second.list()).toEqual([full]);
    });

    it('lists rows by key', async () => {
      const { first, second } = await open();
      for (const key of ['b', 'c', 'a']) await first.update(key, withState('open', START_MS));
      expect((await second.list()).map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    });

    it('writes nothing when nothing changes, and nothing when the change throws', async () => {
      const { first } = await open();
      await first.update(KEY, (row) => row);
      expect(await first.get(KEY)).toBeUndefined();
      const failure = first.update(KEY, () => {
        throw new Error('no');
      });
      await expect(failure).rejects.toThrow('no');
      expect(await first.get(KEY)).toBeUndefined();
    });

    it('shows the other user what changed within a millisecond, however often it looked before', async () => {
      const { first, second } = await open();
      for (const [writer, reader] of [
        [first, second],
        [second, first],
      ] as const) {
        for (let round = 1; round <= 3; round += 1) {
          await writer.update(KEY, (row) => ({ ...row, failures: round }));
          await new Promise((resolve) => setTimeout(resolve, 3));
          expect((await reader.get(KEY))?.failures).toBe(round);
          expect((await reader.get(KEY))?.failures).toBe(round);
          expect((await writer.get(KEY))?.failures).toBe(round);
        }
      }
    });

    it('loses no change of many at once', async () => {
      const { first, second } = await open();
      const bump = (row: BreakerRow) => ({ ...row, failures: row.failures + 1 });
      await first.update(KEY, (row) => ({ ...row, failures: 0, opens: 1 }));
      await Promise.all([first.get(KEY), second.get(KEY)]);
      await Promise.all(Array.from({ length: 200 }, (_, index) => (index % 2 ? first : second).update(KEY, bump)));
      expect((await first.get(KEY))?.failures).toBe(200);
    });

    it('keeps transitions, newest first, and no entry for a change within one state', async () => {
      const { first, second } = await open();
      await first.update(KEY, (row) => ({ ...row, failures: 1 }));
      await first.update(KEY, (row) => ({ ...row, state: 'open', lastError: 'HTTP 503', updatedAt: START_MS + 1 }));
      const forced = { state: 'closed', reason: 'testing', owner: 'ann', until: START_MS + 100 } as const;
      await first.update(KEY, (row) => ({ ...row, forced, updatedAt: START_MS + 2 }));
      expect(await second.transitions(KEY, 10)).toEqual([
        { key: KEY, from: 'open', to: 'forced_closed', at: START_MS + 2, reason: 'testing' },
        { key: KEY, from: 'closed', to: 'open', at: START_MS + 1, reason: 'HTTP 503' },
      ]);
      expect(await second.transitions(KEY, 1)).toHaveLength(1);
      expect(await second.transitions('other', 10)).toEqual([]);
    });

    it('goes on keeping transitions once a forced state is over', async () => {
      const { first } = await open();
      const forced = { state: 'open', reason: 'testing', owner: 'ann', until: START_MS + 100 } as const;
      await first.update(KEY, (row) => ({ ...row, forced, updatedAt: START_MS + 2 }));
      await first.update(KEY, (row) => ({ ...row, state: 'open', lastError: 'HTTP 500', updatedAt: START_MS + 200 }));
      expect((await first.transitions(KEY, 10))[0]).toEqual({
        key: KEY,
        from: 'closed',
        to: 'open',
        at: START_MS + 200,
        reason: 'HTTP 500',
      });
    });

    it('keeps the newest hundred of each breaker, whatever the others do', async () => {
      const { first } = await open();
      await first.update('quiet', withState('open', START_MS));
      for (let at = 1; at <= 120; at += 1) await first.update(KEY, withState(at % 2 ? 'open' : 'closed', at));
      const kept = await first.transitions(KEY, 1_000);
      expect(kept.map(({ at }) => at)).toEqual(Array.from({ length: 100 }, (_, index) => 120 - index));
      expect(await first.transitions('quiet', 10)).toHaveLength(1);
    });
  });
}
