import { describe, expect, it } from 'vitest';
import { differenceRow, figureRow, markdownTable, plainly, ratioRow } from '../../bench/row.ts';

const figure = { what: 'w', unit: 'ms', against: 'a' };
const compared = (ours: number[], peer: number[]) => ({ what: 'w', ours, peer });

describe('a bar', () => {
  it('is a most, or a least, and nothing without a limit', () => {
    expect(figureRow({ ...figure, ours: 6, limit: 6 })).toMatchObject({ bar: '≤ 6 ms', met: true });
    expect(figureRow({ ...figure, ours: 6.1, limit: 6 }).met).toBe(false);
    expect(figureRow({ ...figure, ours: 1, limit: 0 })).toMatchObject({ bar: '0', met: false });
    expect(figureRow({ ...figure, ours: 7, limit: { atLeast: 8 } })).toMatchObject({ bar: '≥ 8 ms', met: false });
    expect(figureRow({ ...figure, ours: 7, limit: undefined })).toEqual({ ...figure, ours: 7, bar: '' });
  });

  it('of a ratio is judged by the median, not by the ends', () => {
    const row = ratioRow(compared([1, 9, 1], [1, 1, 1]), 'ms', 1.25, 'a');
    expect(row).toMatchObject({ ratio: { min: 1, median: 1, max: 9 }, bar: '≤ 1.25 ×', met: true });
    expect(ratioRow(compared([2, 2, 1], [1, 1, 1]), 'ms', 1.25, 'a').met).toBe(false);
  });

  it('that comes from absolute times says from which', () => {
    const row = ratioRow(compared([1], [5]), 'µs', { ours: 5, peer: 26.7 }, 'a');
    expect(row).toMatchObject({ bar: '≤ 0.187 × (5 of 26.7 µs)', met: false });
    expect(ratioRow(compared([0.9], [5]), 'µs', { ours: 5, peer: 26.7 }, 'a').met).toBe(true);
  });

  it('judges nothing that was not measured', () => {
    expect(() => ratioRow(compared([], []), 'ms', 1, 'a')).toThrow('w: nothing was measured');
    expect(() => ratioRow(compared([1], []), 'ms', 1, 'a')).toThrow('w: nothing was measured');
  });

  it('of a difference is judged round by round', () => {
    expect(differenceRow(compared([100, 120], [90, 100]), 'ms', 15, 'a')).toMatchObject({ met: true });
    expect(differenceRow(compared([100, 130], [90, 100]), 'ms', 15, 'a')).toMatchObject({ met: false });
  });
});

it('figures have three digits, or are whole', () => {
  expect([0.004712, 0.5, 1.2345, 42.04, 1234.5, 7, Number.POSITIVE_INFINITY].map(plainly)).toEqual([
    '0.00471',
    '0.5',
    '1.23',
    '42',
    '1235',
    '7',
    'never',
  ]);
});

it('a table has a line for each row', () => {
  const table = markdownTable([
    ratioRow(compared([1], [4]), 'ms', 0.5, 'peer'),
    figureRow({ ...figure, ours: 3, limit: 2 }),
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| w | 1 ms | 4 ms | 0.25 / 0.25 / 0.25 | ≤ 0.5 × | yes | peer |',
    '| w | 3 ms |  |  | ≤ 2 ms | **no** | a |',
  ]);
});
