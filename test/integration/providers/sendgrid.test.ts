import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { sendgrid } from '../../../src/integrations/sendgrid/index.ts';
import { SENDGRID_KEY } from '../../support/sendgrid-service.ts';
import { callsOf, errorOf, mockNetwork, PROSE } from './provider-setup.ts';

const { server, sent } = mockNetwork();
const calls = (config = {}) => callsOf(sendgrid, SENDGRID_KEY, config);
const V3 = 'https://api.sendgrid.com/v3';
const bounce = (index: number) => ({
  email: `r${index}@example.com`,
  created: 1_800_000_000,
  reason: '550',
  status: '5.1.1',
});

describe('SendGrid', () => {
  it.each([
    ['listBounces', 'suppression/bounces'],
    ['listBlocks', 'suppression/blocks'],
    ['listSpamReports', 'suppression/spam_reports'],
    ['listUnsubscribes', 'suppression/unsubscribes'],
  ])('%s counts on by offset, none lost or doubled', async (operation, path) => {
    server.use(
      http.get(`${V3}/${path}`, ({ request }) => {
        const offset = Number(new URL(request.url).searchParams.get('offset') ?? 0);
        const left = Math.min(500, 700 - offset);
        return HttpResponse.json(Array.from({ length: left }, (_, index) => bounce(offset + index)));
      }),
    );
    const { items = [], calls: asked } = await calls().list(operation, { start_time: 1_790_000_000 });
    expect(new Set(items.map((item) => (item as { email: string }).email)).size).toBe(700);
    expect([items.length, asked]).toEqual([700, 2]);
    expect(new URL(sent[1]?.url ?? '').searchParams.get('start_time')).toBe('1790000000');
  });

  it('says why one address bounced', async () => {
    server.use(http.get(`${V3}/suppression/bounces/ada%2Btag%40example.com`, () => HttpResponse.json([bounce(1)])));
    expect((await calls().read('getBounce', { email: 'ada+tag@example.com' })).data).toEqual([bounce(1)]);
  });

  it('gives templates page by page, by the address it names', async () => {
    server.use(
      http.get(`${V3}/templates`, ({ request }) => {
        const { searchParams } = new URL(request.url);
        expect(searchParams.get('generations')).toBe('dynamic');
        const last = searchParams.get('page_token') === 'two';
        const result = [{ id: last ? 'd-2' : 'd-1', name: 'Receipt', generation: 'dynamic', versions: [] }];
        const next = `${V3}/templates?generations=dynamic&page_size=100&page_token=two`;
        return HttpResponse.json({ result, _metadata: last ? { count: 2 } : { next, count: 2 } });
      }),
    );
    const { items } = await calls().list('listTemplates');
    expect(items).toMatchObject([{ id: 'd-1' }, { id: 'd-2' }]);
  });

  it('finds messages by recipient', async () => {
    const message = { msg_id: 'm1', to_email: 'ada@example.com', status: 'delivered', opens_count: 1, clicks_count: 0 };
    server.use(http.get(`${V3}/messages`, () => HttpResponse.json({ messages: [message] })));
    const { data } = await calls().read('listMessages', { query: 'to_email="ada@example.com"' });
    expect(data).toEqual({ messages: [message] });
    expect(new URL(sent[0]?.url ?? '').searchParams.get('query')).toBe('to_email="ada@example.com"');
  });

  it('is asked in the EU where the region says so', async () => {
    server.use(http.get('https://api.eu.sendgrid.com/v3/suppression/blocks', () => HttpResponse.json([])));
    expect((await calls({ settings: { region: 'eu' } }).read('listBlocks')).data).toEqual([]);
  });

  it.each([
    [
      400,
      [{ message: PROSE, field: 'personalizations.0.to', help: PROSE }],
      'rejected',
      { fields: ['personalizations.0.to'] },
    ],
    [401, [{ message: PROSE, field: null }], 'unauthorized', {}],
    [403, [{ message: PROSE, field: 'from.email' }], 'unauthorized', { fields: ['from.email'] }],
    [404, [{ message: PROSE, field: PROSE, error_id: 'id-1' }], 'not_found', { error_id: 'id-1' }],
    [413, [], 'rejected', {}],
    [500, PROSE, 'unavailable', {}],
  ])('answers %i', async (status, errors, code, facts) => {
    server.use(http.get(`${V3}/suppression/blocks`, () => HttpResponse.json({ errors }, { status })));
    const { details, ...error } = await errorOf(calls().read('listBlocks'));
    expect(error).toMatchObject({ code });
    expect(details).toEqual({ http_status: status, attempts: status === 500 ? 3 : 1, ...facts });
  });
});
