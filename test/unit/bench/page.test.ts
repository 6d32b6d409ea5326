import { expect, it } from 'vitest';
import { renderPage } from '../../bench/page.ts';
import type { Measured } from '../../bench/report.ts';
import type { Row } from '../../bench/row.ts';

const areas = {
  first: { title: 'First', about: 'About one.', measurements: { a: null, b: null } },
  second: { title: 'Second', about: 'About two.', measurements: { c: null } },
};
const row = (what: string, met?: boolean): Row => ({ what, unit: 'ms', ours: 2, bar: '≤ 3 ms', met, against: 'x' });
const taken = (minute: number, rows: Row[]): Measured => ({
  at: `2026-01-02T03:0${minute}:00.000Z`,
  machine: { node: 'v24.0.0', cpu: 'CPU', cores: 2, load: minute / 10 },
  rows,
});

it('puts what was measured in several runs into one section, in the order of the areas', () => {
  const report = { second: { c: taken(1, [row('c')]) }, first: { b: taken(2, [row('b')]), a: taken(3, [row('a')]) } };
  const { text } = renderPage(report, areas);
  expect([...text.matchAll(/^(?:## (\w+)|\| ([abc]) )/gm)].map(([, title, what]) => title ?? what)).toEqual([
    'First',
    'a',
    'b',
    'Second',
    'c',
  ]);
  expect(text).toContain(
    '`npm run bench -- first` on 2 cores (CPU), Node v24.0.0. Taken, UTC: a 2026-01-02 03:03 (load 0.3), b 2026-01-02 03:02 (load 0.2).',
  );
});

it('begins with the bars that are not met, and leaves out what was not measured or is not known', () => {
  const report = {
    first: { a: taken(1, [row('good', true), row('bad', false), row('shown')]), old: taken(1, [row('old')]) },
  };
  const { text } = renderPage(report, areas);
  expect(text).toMatch(/^1 of 2 bars are met. These are not:\n\n.*\n.*\n\| First: bad \| .*\n\n## First\n/);
  expect(text).not.toMatch(/Second|\| old/);
  expect(renderPage({ first: { a: taken(1, [row('good', true)]) } }, areas).text).toMatch(/^1 of 1 bars are met\.\n/);
});

it('names a plot after its measurement', () => {
  const plot = { title: 'T', x: 'n', y: 'ms', series: [{ name: 's', points: [[1, 1]] as [number, number][] }] };
  const { text, plots } = renderPage({ first: { b: taken(1, [{ ...row('b'), plot }]) } }, areas);
  expect(text).toContain('![T](performance/first-b.svg)');
  expect([...plots.keys()]).toEqual(['first-b.svg']);
});
