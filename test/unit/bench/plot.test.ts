import { expect, it } from 'vitest';
import { drawPlot } from '../../bench/plot.ts';

const plot = (points: [number, number][], name = 'ours') => ({
  title: 'T',
  x: 'n',
  y: 'ms',
  series: [{ name, points }],
});

it('puts powers of ten at equal distances on both axes', () => {
  const svg = drawPlot(
    plot([
      [1_000, 0.1],
      [10_000, 1],
      [100_000, 10],
    ]),
  );
  const marks = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  expect(marks).toEqual([
    [70, 270],
    [345, 152],
    [620, 34],
  ]);
  expect(svg).toContain('>1 k<');
  expect(svg).toContain('>0.1<');
});

it('stays drawable with one point, with zeros, and with names that are markup', () => {
  const svg = drawPlot(plot([[1, 0]], '<b>&"'));
  expect(svg).not.toMatch(/NaN|Infinity|<b>/);
  expect(drawPlot(plot([[5, 5]]))).not.toMatch(/NaN|Infinity/);
});
