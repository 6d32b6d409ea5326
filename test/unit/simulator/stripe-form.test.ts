import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StripeApiError } from '../../../src/integrations/stripe/simulator/api-error.ts';
import type { FormObject } from '../../../src/integrations/stripe/simulator/form.ts';
import { decodeForm } from '../../../src/integrations/stripe/simulator/form.ts';
import { cpuMsOf } from '../../support/patience.ts';

/** As https://docs.stripe.com/api describes form encoding, written apart from the decoder. */
function encode(value: FormObject, prefix?: string): string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = prefix === undefined ? encodeURIComponent(key) : `${prefix}[${encodeURIComponent(key)}]`;
    return typeof inner === 'string' ? [`${name}=${encodeURIComponent(inner)}`] : encode(inner, name);
  });
}

const name = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((text) => !/[[\]]/.test(text));
const form = fc.letrec<{ node: FormObject; value: FormObject | string }>((tie) => ({
  node: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 4 }),
  value: fc.oneof({ depthSize: 'small', maxDepth: 4 }, fc.string({ unit: 'grapheme' }), tie('node')),
})).node;

describe('decodeForm', () => {
  it.each<[string, FormObject]>([
    ['', {}],
    ['a=1&b=', { a: '1', b: '' }],
    ['a', { a: '' }],
    ['a=1&a=2', { a: '2' }],
    ['a[b][c]=1&a[b][d]=2', { a: { b: { c: '1', d: '2' } } }],
    ['a[]=x&a[]=y', { a: { 0: 'x', 1: 'y' } }],
    ['a[0]=x&a[1]=y', { a: { 0: 'x', 1: 'y' } }],
    ['a[][x]=1&a[][y]=2&a[][x]=3', { a: { 0: { x: '1', y: '2' }, 1: { x: '3' } } }],
    ['a%5Bb%5D=%C3%A9+%26', { a: { b: 'é &' } }],
    ['a=1&a[b]=2', { a: { b: '2' } }],
    ['a[b=1', { 'a[b': '1' }],
    ['=1', { '': '1' }],
    ['a=%E0%A4%A', { a: '\ufffd%A' }],
  ])('decodes %j', (text, expected) => {
    expect(decodeForm(text)).toEqual(expected);
  });

  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(form, (value) => {
        expect(decodeForm(encode(value).join('&'))).toEqual(value);
      }),
    );
  });

  it('never throws anything but a refusal, whatever comes', () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('a', '[', ']', '=', '&', '0', '%', '+')).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (hostile) => {
        expect(typeof decodeForm(hostile)).toBe('object');
      }),
    );
    expect(() => decodeForm(`a${'[b]'.repeat(9)}=1`)).toThrow(StripeApiError);
    expect(() => decodeForm('a=1&'.repeat(2_001))).toThrow(StripeApiError);
  });

  it('leaves prototypes alone', () => {
    const decoded = decodeForm('__proto__[polluted]=1&constructor[prototype][polluted]=1&a[__proto__][polluted]=1');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(Object.hasOwn(decoded, '__proto__')).toBe(true);
  });

  it('takes long input in linear time', async () => {
    const long = `${'['.repeat(100_000)}=1&${']'.repeat(100_000)}=1&a${'[]'.repeat(3)}${'['.repeat(100_000)}=1`;
    expect(await cpuMsOf(() => decodeForm(long))).toBeLessThan(2_000);
  });
});
