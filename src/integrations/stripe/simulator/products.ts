import * as z from 'zod';
import { invalidRequest } from './api-error.ts';
import type { Product } from './billing-objects.ts';
import { createId } from './ids.ts';
import { boolean, clearable, list, metadata, notSimulated, text } from './parameters.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, retrieveRoute, searchRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { UNUSED_BY_PRODUCTS } from './unused-fields.ts';
import { changedFrom, given } from './updates.ts';

export const products: Resource<Product> = {
  path: '/v1/products',
  kind: 'product',
  objects: (account) => account.products,
};

const both = {
  active: boolean().optional(),
  description: clearable().optional(),
  images: list(text()).optional(),
  metadata: metadata().optional(),
  url: clearable().optional(),
  ...notSimulated('marketing_features', 'package_dimensions', 'shippable', 'statement_descriptor', 'tax_code'),
  ...notSimulated('unit_label'),
};

const createParameters = z.strictObject({
  ...both,
  name: text(),
  id: text().optional(),
  ...notSimulated('default_price_data'),
});
const updateParameters = z.strictObject({ ...both, name: text().optional(), default_price: clearable().optional() });
const filters = { active: boolean().optional(), ids: list(text()).optional(), url: text().optional() };

export const productRoutes = [
  route('POST', products.path, products.kind, createParameters, ({ account, emit }, parameters) => {
    const { id = createId('prod', 14) } = parameters;
    if (account.products.get(id) !== undefined) {
      throw invalidRequest('Product already exists.', { code: 'resource_already_exists', param: 'id' });
    }
    const { active = true, description = null, images = [], name, url = null } = parameters;
    const created = account.now();
    const product = account.products.add({
      id,
      object: 'product',
      ...UNUSED_BY_PRODUCTS,
      active,
      created,
      default_price: null,
      description,
      images,
      metadata: mergeMetadata({}, parameters.metadata),
      name,
      updated: created,
      url,
    });
    emit('product.created', product);
    return product;
  }),

  searchRoute(products, ['active', 'description', 'name', 'url']),
  retrieveRoute(products),
  listRoute(
    products,
    filters,
    (product, { active, ids, url }) =>
      fits(active, product.active) && fits(url, product.url) && (ids === undefined || ids.includes(product.id)),
  ),

  route('POST', `${products.path}/:id`, products.kind, updateParameters, ({ account, emit }, parameters, id) => {
    const product = fetchObject(products, account, id);
    const before = structuredClone(product);
    const { metadata: update, ...fields } = parameters;
    Object.assign(product, given(fields), {
      metadata: mergeMetadata(product.metadata, update),
      updated: account.now(),
    });
    emit('product.updated', product, changedFrom(before, product));
    return product;
  }),

  route('DELETE', `${products.path}/:id`, products.kind, z.strictObject({}), ({ account, emit }, _parameters, id) => {
    const product = fetchObject(products, account, id);
    if (account.prices.newestFirst((price) => price.product === id).length > 0) {
      throw invalidRequest('This product cannot be deleted because it has one or more user-created prices.');
    }
    account.products.delete(id);
    account.deleted.set(id, products.kind);
    emit('product.deleted', product);
    return { id, object: 'product', deleted: true };
  }),
];
