import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** Ids beyond 2^53 occur: parsing and writing them again changes them. https://shopify.dev/docs/api/webhooks */
function order({ iso, uuid }: ExampleContext) {
  return {
    id: 820982911946154,
    admin_graphql_api_id: 'gid://shopify/Order/820982911946154',
    confirmed: true,
    contact_email: 'jenny.rosen@example.com',
    created_at: iso,
    currency: 'USD',
    email: 'jenny.rosen@example.com',
    financial_status: 'paid',
    fulfillment_status: null,
    name: '#1042',
    number: 42,
    order_number: 1042,
    subtotal_price: '19.99',
    taxes_included: false,
    test: true,
    token: uuid().replaceAll('-', ''),
    total_price: '19.99',
    total_tax: '0.00',
    updated_at: iso,
    customer: { id: 115310627314723, email: 'jenny.rosen@example.com', first_name: 'Jenny', last_name: 'Rosen' },
    line_items: [
      { id: 866550311766439, name: 'Notebook', price: '19.99', product_id: 788032119674292, quantity: 1, sku: 'NB-1' },
    ],
    shipping_lines: [],
  };
}

const types: Readonly<Record<string, EventType>> = {
  'orders/create': {
    about: 'An order was placed, and may be unpaid (`financial_status`). Record it; fulfil on `orders/paid`.',
    example: order,
  },
  'orders/paid': { about: 'An order is paid. Fulfil it once; keep ids as text, they may exceed 2^53.', example: order },
  'products/update': {
    about: 'A product, variant or stock changed, also because of an order. Fetch or overwrite; prices are text.',
    example: ({ iso }) => ({
      id: 788032119674292,
      admin_graphql_api_id: 'gid://shopify/Product/788032119674292',
      handle: 'notebook',
      product_type: 'Stationery',
      status: 'active',
      title: 'Notebook',
      updated_at: iso,
      vendor: 'Example',
      variants: [{ id: 642667041472713, price: '19.99', sku: 'NB-1', inventory_quantity: 75 }],
    }),
  },
  'app/uninstalled': {
    about: 'The shop removed the app, and its access token is void. Delete token and sessions.',
    example: () => ({ id: 548380009, name: 'Example', domain: 'example.myshopify.com', plan_name: 'basic' }),
  },
};

export const shopifyEvents: EventExamples = {
  layout: 'compact',
  headers: {
    'user-agent': 'Shopify-Captain-Hook',
    'x-shopify-api-version': '2026-10',
    'x-shopify-shop-domain': 'example.myshopify.com',
  },
  types,
};
