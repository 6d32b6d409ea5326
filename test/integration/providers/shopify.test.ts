import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { shopify } from '../../../src/integrations/shopify/index.ts';
import { callsOf, errorOf, mockNetwork, PROSE } from './provider-setup.ts';

const { server, sent } = mockNetwork();
const TOKEN = `shpat_${'0'.repeat(32)}`;
const calls = (settings: Record<string, unknown> = { shop: 'notebooks' }) => callsOf(shopify, TOKEN, { settings });
const ADMIN = 'https://notebooks.myshopify.com/admin/api/2026-10';
const order = (id: number) => ({
  id,
  name: `#${id}`,
  created_at: '2026-11-23T12:00:00Z',
  currency: 'EUR',
  total_price: '19.99',
  note: PROSE,
});

describe('Shopify', () => {
  it('is asked at its shop, with its token and version', async () => {
    server.use(http.get(`${ADMIN}/orders/7.json`, () => HttpResponse.json({ order: order(7) })));
    const { data } = await calls().read('getOrder', { order_id: 7 });
    expect(data).toEqual({
      order: { id: 7, name: '#7', created_at: '2026-11-23T12:00:00Z', currency: 'EUR', total_price: '19.99' },
    });
    expect(sent[0]?.headers.get('x-shopify-access-token')).toBe(TOKEN);
  });

  it('needs the shop before anything is sent', async () => {
    await expect(calls({}).read('getShop')).rejects.toMatchObject({ code: 'not_configured' });
    expect(sent).toEqual([]);
  });

  it('gives lists by the link of a page, which no filter may stand beside', async () => {
    server.use(
      http.get(`${ADMIN}/orders.json`, ({ request }) => {
        const { searchParams } = new URL(request.url);
        const token = searchParams.get('page_info');
        if (token !== null && searchParams.has('status')) return new HttpResponse(null, { status: 400 });
        const page = Number(token ?? 0);
        const orders = Array.from({ length: 250 }, (_, index) => order(page * 250 + index));
        const link = `<${ADMIN}/orders.json?limit=250&page_info=${page + 1}>; rel="next"`;
        return HttpResponse.json({ orders }, { headers: page < 2 ? { link } : {} });
      }),
    );
    const { items = [], calls: asked } = await calls().list('listOrders', { status: 'any' });
    expect(items.map((item) => (item as { id: number }).id)).toEqual(Array.from({ length: 750 }, (_, index) => index));
    expect(asked).toBe(3);
  });

  it('is asked again after 429 with a broken second', async () => {
    server.use(
      http.get(`${ADMIN}/shop.json`, () => HttpResponse.json({ shop: { id: 1, name: 'N', currency: 'EUR' } })),
    );
    server.use(
      http.get(
        `${ADMIN}/shop.json`,
        () => new HttpResponse('{}', { status: 429, headers: { 'retry-after': '0.05' } }),
        { once: true },
      ),
    );
    expect(await calls().read('getShop')).toMatchObject({ data: { shop: { name: 'N' } }, attempts: 2 });
  });

  it.each([
    [401, { errors: PROSE }, 'unauthorized', /variable/, {}],
    [402, { errors: PROSE }, 'rejected', /owner/, {}],
    [403, { errors: PROSE }, 'unauthorized', /read_orders/, {}],
    [404, { errors: 'Not Found' }, 'not_found', /settings\.shop/, {}],
    [422, { errors: { title: [PROSE], [PROSE]: 'x' } }, 'rejected', /details/, { fields: ['title'] }],
    [423, {}, 'unavailable', /contact Shopify/, {}],
    [503, {}, 'unavailable', /breaker_status/, {}],
  ])('answers %i', async (status, body, code, hint, facts) => {
    server.use(http.get(`${ADMIN}/shop.json`, () => HttpResponse.json(body, { status })));
    const error = await errorOf(calls().read('getShop'));
    expect(error).toMatchObject({
      code,
      hint: expect.stringMatching(hint),
      details: { http_status: status, ...facts },
    });
  });
});
