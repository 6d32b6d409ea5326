import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as yaml from 'yaml';
import { AppError } from '../../src/core/errors.ts';
import { isTooDeep } from '../../src/core/json-depth.ts';
import { readDescription } from '../../src/openapi/read-description.ts';
import { issueTracker, PET_SHOP } from '../support/openapi-descriptions.ts';
import { hostile } from './arguments.ts';
import { searching, TEST_MS } from './limits.ts';

const DOCUMENTS: readonly unknown[] = [yaml.parse(PET_SHOP), issueTracker()];
/** On a slow machine, for the largest that fits into the limits, also when the thread is not given back meanwhile. */
const SLOW_MS = 5_000;

const replacement = fc.oneof(
  hostile.filter((value) => !isTooDeep(value)),
  fc.constantFrom<unknown>(
    { $ref: '#' },
    { $ref: '#/paths' },
    { $ref: '#/components/schemas/Pet/properties/friends/items' },
    { $ref: 'file:///etc/passwd' },
    { $ref: 'http://127.0.0.1:9/x.json' },
    { allOf: [{ $ref: '#/components/schemas/Pet' }], oneOf: [], not: {} },
    { type: ['string', 'null', 'nope'], pattern: '(a+)+$', enum: [] },
    { get: { operationId: '__proto__', parameters: [{ in: 'path', name: '__proto__', required: true }] } },
    [{ url: 'javascript:alert(1)' }],
    [{ url: 'https://{a}{a}{a}/', variables: { a: { default: 'x'.repeat(10_000) } } }],
  ),
);

/** A description in which some places, chosen by where a walk of that many steps ends, hold something else. */
const spoilt = fc
  .tuple(
    fc.constantFrom(...DOCUMENTS),
    fc.array(fc.tuple(fc.array(fc.nat(1_000), { maxLength: 8 }), replacement), { maxLength: 4 }),
  )
  .map(([document, changes]) =>
    changes.reduce((copy, [walk, value]) => replaceAt(copy, walk, structuredClone(value)), structuredClone(document)),
  );

function replaceAt(node: unknown, [step, ...rest]: readonly number[], value: unknown): unknown {
  if (typeof node !== 'object' || node === null || step === undefined) return value;
  const keys = Object.keys(node);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return value;
  Reflect.set(node, key, replaceAt(Reflect.get(node, key), rest, value));
  return node;
}

const texts = fc.oneof(
  { weight: 5, arbitrary: spoilt.map((document) => JSON.stringify(document) ?? '') },
  { weight: 1, arbitrary: spoilt.map((document) => `# YAML by its comment\n${JSON.stringify(document)}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 500 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replaceAll(/./g, (name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]\n`)}`,
      '{"openapi":"3.0.0","paths":'.padEnd(100_000, '['),
      `openapi: 3.0.0\npaths: ${'{a: '.repeat(5_000)}`,
      '!!js/function "x"',
      'openapi: 3.1.0\n<<: *nothing',
    ),
  },
);

it(
  'a description of any kind is read, or refused with a reason, in time',
  async () => {
    const property = fc.asyncProperty(texts, async (text) => {
      const began = performance.now();
      const read = await readDescription(text).catch((thrown: unknown) => thrown);
      expect(performance.now() - began).toBeLessThan(SLOW_MS);
      if (read instanceof Error) {
        expect(read, String(read.stack).slice(0, 600)).toBeInstanceOf(AppError);
        expect(read).toMatchObject({ code: 'invalid_input', hint: expect.stringMatching(/\w/) });
      }
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    });
    await fc.assert(property, searching(20_000, 150));
  },
  TEST_MS,
);
