import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const TEST = resolve(import.meta.dirname, '..');
/** An option of a test; settings of an integration are objects. */
const RETRIED = /[{,] *retry: *\d/;

it('repeats no test that failed: one that needs it waits for a time instead of a condition', () => {
  const files = readdirSync(TEST, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((name) => RETRIED.test(readFileSync(join(TEST, name), 'utf8')))).toEqual([]);
});
