import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeForm, isFormValue } from '../../../src/integrations/form-encoding.ts';

type Tree = string | { [name: string]: Tree };

/** Takes `a[b][c]=1` apart as a server does: pairs first, then the brackets of the decoded name. */
function decode(text: string): Tree {
  const root: { [name: string]: Tree } = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const steps = name.split('[').map((step) => step.replace(/\]$/, ''));
    let node = root;
    for (const step of steps.slice(0, -1)) {
      node[step] ??= Object.create(null) as { [name: string]: Tree };
      node = node[step] as { [name: string]: Tree };
    }
    node[steps.at(-1) ?? ''] = value;
  }
  return root;
}

const CASES: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['a number and text', { amount: 1050, currency: 'usd' }, 'amount=1050&currency=usd'],
  ['a boolean', { confirm: true, off: false }, 'confirm=true&off=false'],
  ['null unsets', { description: null }, 'description='],
  ['an empty text', { description: '' }, 'description='],
  ['undefined is left out', { a: undefined, b: 1 }, 'b=1'],
  ['a date in seconds, cut off', { at: new Date(1_700_000_000_999) }, 'at=1700000000'],
  ['a list by index', { expand: ['a', 'b'] }, 'expand[0]=a&expand[1]=b'],
  ['undefined in a list keeps the other indexes', { x: ['a', undefined, 'c'] }, 'x[0]=a&x[2]=c'],
  ['a list of objects', { items: [{ price: 'p', quantity: 2 }] }, 'items[0][price]=p&items[0][quantity]=2'],
  ['nested objects', { a: { b: { c: null, d: [1] } } }, 'a[b][c]=&a[b][d][0]=1'],
  ['nothing in empty lists and objects', { a: [], b: {}, c: 1 }, 'c=1'],
  ['signs', { a: '&=+ %#?/' }, 'a=%26%3D%2B%20%25%23%3F%2F'],
  ['unicode', { name: 'Zoë 💳 北' }, 'name=Zo%C3%AB%20%F0%9F%92%B3%20%E5%8C%97'],
  ['line ends', { a: 'x\r\ny' }, 'a=x%0D%0Ay'],
  [
    'names of every object',
    { metadata: { toString: 'a', constructor: 'b' } },
    'metadata[toString]=a&metadata[constructor]=b',
  ],
  ['__proto__ as a name', JSON.parse('{"metadata":{"__proto__":"x"}}'), 'metadata[__proto__]=x'],
  ['a name that tries to leave', { metadata: { 'x]=1&amount': 'y' } }, 'metadata[x%5D%3D1%26amount]=y'],
  ['half a surrogate pair', { a: '\ud83d', ['\ude00']: 'b' }, 'a=%EF%BF%BD&%EF%BF%BD=b'],
];

function encode(fields: Record<string, unknown>): string {
  if (!isFormValue(fields)) throw new Error('Not a form value');
  return encodeForm(fields as Parameters<typeof encodeForm>[0]);
}

describe('form encoding', () => {
  it.each(CASES)('%s', (_what, fields, expected) => {
    expect(encode(fields)).toBe(expected);
  });

  it.each([[Symbol('x')], [1n], [() => 1], [[1n]], [{ a: { b: Symbol('x') } }]])('does not take %s', (value) => {
    expect(isFormValue(value)).toBe(false);
  });

  const name = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !/[[\]]/.test(text) && text.isWellFormed());
  const leaf = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed());
  const { tree } = fc.letrec<{ tree: Record<string, Tree> }>((tie) => ({
    tree: fc.dictionary(name, fc.oneof({ weight: 3, arbitrary: leaf }, tie('tree')), { minKeys: 1, maxKeys: 4 }),
  }));

  it('is undone by decoding, whatever the names and values', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(decode(encode(value))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });
});

describe('beside the official library', () => {
  const bodies: string[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      bodies.push(body);
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"x","object":"customer"}');
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  // What only we take (half a surrogate pair) and where the library leaves names open is left out.
  const comparable = CASES.filter(([what]) => !/surrogate|tries to leave/.test(what));

  it.each(comparable)('says the same: %s', async (_what, fields) => {
    const { port } = server.address() as AddressInfo;
    const stripe = new Stripe('sk_test_oracle', {
      host: '127.0.0.1',
      port,
      protocol: 'http',
      maxNetworkRetries: 0,
      telemetry: false,
    });
    await stripe.rawRequest('POST', '/v1/customers', fields);
    expect(decode(encode(fields))).toEqual(decode(bodies.at(-1) ?? 'nothing'));
  });
});
