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
  expect(svg).toContain('<path d="M70 290L305 165L540 40" fill="none"');
  expect(svg).toContain('>1 k<');
  expect(svg).toContain('>0.1<');
  expect(svg).toContain('<title>ours: 0.1 ms at 1000</title>');
});

it('tells lines apart by more than colour, and names each', () => {
  const points: [number, number][] = [[1, 1]];
  const names = ['first', 'second', 'third', 'fourth'];
  const svg = drawPlot({ ...plot([]), series: names.map((name) => ({ name, points })) });
  const marks = [...svg.matchAll(/class="mark" d="([^"]+)" fill="([^"]+)"><title>\w+: /g)];
  expect(new Set(marks.map(([, shape]) => shape)).size).toBe(4);
  expect(new Set(marks.map(([, , fill]) => fill)).size).toBe(4);
  for (const name of names) expect(svg).toContain(`>${name}</text>`);
});

it('stays drawable with one point, with zeros, and with names that are markup', () => {
  const svg = drawPlot(plot([[1, 0]], '<b>&"'));
  expect(svg).not.toMatch(/NaN|Infinity|<b>/);
  expect(drawPlot(plot([[5, 5]]))).not.toMatch(/NaN|Infinity/);
});
