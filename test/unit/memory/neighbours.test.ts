import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryStores } from '../../contract/memory-bench.ts';
import { HERE, note } from '../../contract/memory-bench.ts';
import { openSqliteMemoryStores } from '../../contract/memory-stores.ts';

/** Two memories match the second query word equally well; the later one stands beside the strong hit. */
const TALK = [
  'The weekend was rather quiet for everyone',
  'We looked at the invoice layout again',
  'Lunch will be at noon today',
  'Someone should water the plants',
  'The train to Lisbon leaves on Monday',
  'We showed off the invoice layout again',
  'Nobody has seen the red folder',
  'Next week will be busy',
];

describe('neighbours in a session', () => {
  let stores: MemoryStores;
  beforeEach(async () => {
    stores = await openSqliteMemoryStores(0);
  });
  afterEach(async () => {
    await stores.close();
  });
  const fill = async (contents: readonly string[], sessionId: (index: number) => string | undefined) => {
    for (const [index, content] of contents.entries()) {
      await stores.first.store(note(content), { ...HERE, sessionId: sessionId(index) });
    }
  };
  const find = async (text: string) => {
    const { hits } = await stores.first.search({ text, workspace: HERE.workspace, limit: 10 });
    return hits;
  };

  it('lift each other, and bring nothing in that does not match', async () => {
    await fill([...TALK].reverse(), () => 'talk');
    const hits = await find('train Lisbon Monday invoice');
    // Newer first among equals, were it not for the neighbour.
    expect(hits.map(({ memory }) => memory.content)).toEqual([TALK[4], TALK[5], TALK[1]]);
    expect(hits.every(({ similarity }, index) => similarity <= (hits[index - 1]?.similarity ?? 1))).toBe(true);
  });

  it.each([
    ['without a session', [...TALK].reverse(), () => undefined],
    ['each in a session of its own', [...TALK].reverse(), (index: number) => `s${index}`],
    ['in too short a session', [...TALK].reverse().slice(2, 7), () => 'talk'],
    [
      'in a store that was filled under one name',
      [...Array.from({ length: 300 }, (_, index) => `filler f${index}x`), ...[...TALK].reverse()],
      () => 'talk',
    ],
  ])('do not count %s', async (_name, contents, sessionId) => {
    await fill(contents, sessionId);
    const found = (await find('train Lisbon Monday invoice')).map(({ memory }) => memory.content);
    expect(found).toEqual([TALK[4], TALK[1], TALK[5]]);
  });
});
