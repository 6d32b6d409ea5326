import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FreshIds } from '../../../src/webhooks/replay/fresh-ids.ts';
import { schemeOf } from './deliveries.ts';

const stripe = schemeOf('stripe');

it('renames the event and what it is about, and nothing else', () => {
  const body =
    '{\n  "id": "evt_1QxAbCdEfGh",\n  "livemode":false, "data": {"object": {"id": "sub_1AbcDefGhi", "customer": "cus_9s6XKzkNRiz8i3",' +
    ' "latest": "in_of_sub_1AbcDefGhi", "items": {"data": [{"id": "si_1AbcDefGhi", "subscription": "sub_1AbcDefGhi"}]}}}}\r\n';
  const ids = new FreshIds(stripe);
  const changed = ids.apply(Buffer.from(body)).toString();
  const [event, subscription] = [ids.rename('evt_1QxAbCdEfGh'), ids.rename('sub_1AbcDefGhi')];
  expect(event).toMatch(/^evt_1Qx[A-Za-z0-9]{8}$/);
  expect(event).not.toBe('evt_1QxAbCdEfGh');
  expect(subscription).toMatch(/^sub_1A[a-zA-Z0-9]{8}$/);
  expect(changed).toBe(
    body.replace('"evt_1QxAbCdEfGh"', `"${event}"`).replaceAll('"sub_1AbcDefGhi"', `"${subscription}"`),
  );
  expect(ids.originals.get(subscription)).toBe('sub_1AbcDefGhi');
});

it('keeps one subject through several bodies', () => {
  const ids = new FreshIds(stripe);
  const [first, second] = ['evt_aaaaaaaa', 'evt_bbbbbbbb'].map((id) =>
    JSON.parse(ids.apply(Buffer.from(`{"id":"${id}","data":{"object":{"id":"sub_12345678"}}}`)).toString()),
  );
  expect(first.data.object.id).toBe(second.data.object.id);
  expect(first.id).not.toBe(second.id);
});

it('renames what refers to the subject of another body, whichever comes first', () => {
  const charge = Buffer.from(
    '{"id":"evt_aaaaaaaa","data":{"object":{"id":"ch_12345678","payment_intent":"pi_12345678"}}}',
  );
  const intent = Buffer.from('{"id":"evt_bbbbbbbb","data":{"object":{"id":"pi_12345678"}}}');
  const ids = new FreshIds(stripe, [charge, intent]);
  const [first, second] = [charge, intent].map((body) => JSON.parse(ids.apply(body).toString()).data.object);
  expect(first.payment_intent).toBe(second.id);
  expect(second.id).not.toBe('pi_12345678');
});

it.each([
  ['a form', 'a=1&id=evt_12345678'],
  ['bytes', Buffer.from([0xff, 0xfe, 0x00])],
  ['nothing', ''],
  ['a number', '12345678'],
  ['ids that are numbers', '{"id":820982911946154508}'],
  ['short ids', '{"id":"open"}'],
])('leaves alone: %s', (_what, body) => {
  const bytes = Buffer.from(body);
  expect(new FreshIds(stripe).apply(bytes).equals(bytes)).toBe(true);
});

it('makes JSON of JSON, of the same shape, whatever it is', () => {
  fc.assert(
    fc.property(fc.object({ key: fc.constantFrom('id', 'data', 'object', 'x') }), (document) => {
      const changed = JSON.parse(new FreshIds(stripe).apply(Buffer.from(JSON.stringify(document))).toString());
      const shape = (_key: string, value: unknown) => (typeof value === 'string' ? value.length : value);
      expect(JSON.stringify(changed, shape)).toBe(JSON.stringify(JSON.parse(JSON.stringify(document)), shape));
    }),
  );
});
