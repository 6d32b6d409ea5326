import * as z from 'zod';
import type { Pagination } from '../pagination.ts';
import { get, operations } from '../rest-table.ts';

/** https://shopify.dev/docs/api/admin-rest/usage/pagination: the link holds everything, no other filter may stand beside it. */
function links(items: string): Pagination {
  return { by: 'link', items, size: { param: 'limit', max: 250 } };
}

const id = z.int().positive();
const limit = z.int().min(1).max(250).optional();
const time = z.string().max(40).optional();
const period = { created_at_min: time, created_at_max: time, updated_at_min: time, updated_at_max: time };
const shared = { limit, since_id: id.optional(), ids: z.string().max(5000).optional(), ...period };

const lineItem = z.object({
  id: z.int(),
  title: z.string().nullish(),
  quantity: z.int(),
  price: z.string(),
  sku: z.string().nullish(),
  product_id: z.int().nullish(),
  variant_id: z.int().nullish(),
});
const order = z.object({
  id: z.int(),
  name: z.string(),
  created_at: z.string(),
  updated_at: z.string().nullish(),
  cancelled_at: z.string().nullish(),
  financial_status: z.string().nullish(),
  fulfillment_status: z.string().nullish(),
  currency: z.string(),
  total_price: z.string(),
  subtotal_price: z.string().nullish(),
  total_tax: z.string().nullish(),
  email: z.string().nullish(),
  tags: z.string().nullish(),
  line_items: z.array(lineItem).optional(),
});
const variant = z.object({
  id: z.int(),
  title: z.string().nullish(),
  price: z.string(),
  sku: z.string().nullish(),
  inventory_quantity: z.int().nullish(),
});
const product = z.object({
  id: z.int(),
  title: z.string(),
  handle: z.string().nullish(),
  status: z.string().nullish(),
  vendor: z.string().nullish(),
  product_type: z.string().nullish(),
  tags: z.string().nullish(),
  created_at: z.string(),
  updated_at: z.string().nullish(),
  variants: z.array(variant).optional(),
});
const shop = z.object({
  id: z.int(),
  name: z.string(),
  domain: z.string().nullish(),
  currency: z.string(),
  plan_name: z.string().nullish(),
  iana_timezone: z.string().nullish(),
});

const ADMIN = '/admin/api/{api_version}';

/** Reads only. https://shopify.dev/docs/api/admin-rest/latest/resources/order, …/product and …/shop */
export const shopifyOperations = operations({
  getShop: get(`${ADMIN}/shop.json`, 'The shop itself', {}, z.object({ shop })),
  listOrders: get(
    `${ADMIN}/orders.json`,
    'Orders; open ones unless status says otherwise',
    {
      ...shared,
      status: z.enum(['open', 'closed', 'cancelled', 'any']).optional(),
      financial_status: z.string().max(40).optional(),
      fulfillment_status: z.string().max(40).optional(),
    },
    z.object({ orders: z.array(order) }),
    { pagination: links('orders') },
  ),
  getOrder: get(`${ADMIN}/orders/{order_id}.json`, 'One order', { order_id: id }, z.object({ order })),
  listProducts: get(
    `${ADMIN}/products.json`,
    'Products with their variants',
    {
      ...shared,
      status: z.enum(['active', 'archived', 'draft']).optional(),
      vendor: z.string().max(255).optional(),
      title: z.string().max(255).optional(),
    },
    z.object({ products: z.array(product) }),
    { pagination: links('products') },
  ),
  getProduct: get(`${ADMIN}/products/{product_id}.json`, 'One product', { product_id: id }, z.object({ product })),
});
