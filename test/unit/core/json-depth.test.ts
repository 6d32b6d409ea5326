import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isTextTooDeep, isTooDeep } from '../../../src/core/json-depth.ts';

const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;

it.each([
  [nested(500), false],
  [nested(502), true],
  [nested(20_000), true],
  [JSON.stringify('['.repeat(5_000)), false],
  [JSON.stringify({ a: `\\"${'{'.repeat(5_000)}\\` }), false],
  [JSON.stringify(Array.from({ length: 5_000 }, () => [{}])), false],
  ['['.repeat(1_200), true],
])('tells how deep text nests (case %#)', (text, expected) => {
  expect(isTextTooDeep(text)).toBe(expected);
  if (text.endsWith(']') || text.endsWith('"')) expect(isTooDeep(JSON.parse(text))).toBe(expected);
});

it('calls no ordinary document too deep', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 20 }),
      (text) => !isTextTooDeep(text.padEnd(2_000)) && !isTooDeep(JSON.parse(text)),
    ),
  );
});
