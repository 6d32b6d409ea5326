import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

it('has no code file over 300 lines', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  const lines = files.map((name) => ({ name, lines: readFileSync(join(SRC, name), 'utf8').split('\n').length - 1 }));
  expect(lines.length).toBeGreaterThan(80);
  expect(lines.filter((file) => file.lines > 300)).toEqual([]);
});
