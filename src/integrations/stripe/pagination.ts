import type { Pagination } from '../pagination.ts';

/** https://docs.stripe.com/api/pagination */
export const LIST: Pagination = {
  by: 'last-id',
  param: 'starting_after',
  more: 'has_more',
  items: 'data',
  size: { param: 'limit', max: 100 },
};
/** https://docs.stripe.com/api/pagination/search */
export const SEARCH: Pagination = {
  by: 'token',
  param: 'page',
  path: 'next_page',
  items: 'data',
  size: { param: 'limit', max: 100 },
};
