import type { DescribedOperation } from '../../openapi/api-description.ts';
import type { Pagination } from '../pagination.ts';

const SIZES = ['per_page', 'page_size', 'pageSize', 'perPage', 'limit', 'maxResults', 'max_results', 'count'];
/** Parameters that continue a list, and where answers usually have the value for them. */
const TOKENS: readonly (readonly [string, string])[] = [
  ['pageToken', 'nextPageToken'],
  ['page_token', 'next_page_token'],
  ['next_token', 'next_token'],
  ['nextToken', 'nextToken'],
  ['cursor', 'next_cursor'],
];

/**
 * How a list probably continues, by the names of its parameters; undefined where nothing tells. Descriptions do not say it, so that
 * `settings.pagination` may.
 */
export function guessPagination({ parameters, listAt }: DescribedOperation): Pagination | undefined {
  if (listAt === undefined) return undefined;
  const names = new Set(parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name));
  const items = listAt === '' ? {} : { items: listAt };
  const common = { ...items, ...sizeOf(parameters) };
  if (names.has('starting_after')) return { by: 'last-id', param: 'starting_after', more: 'has_more', ...common };
  const token = TOKENS.find(([param]) => names.has(param));
  if (token !== undefined) return { by: 'token', param: token[0], path: token[1], ...common };
  // A list at the top has no place for the next page but the header.
  if (listAt === '' && !names.has('offset')) return { by: 'link', ...common };
  if (names.has('page')) return { by: 'page', param: 'page', ...common };
  return names.has('offset') ? { by: 'offset', param: 'offset', ...common } : undefined;
}

/**
 * The parameter for the size of a page, where the description says how large it may be. Otherwise the service chooses: with a size that
 * it does not grant, a full page would look like the last one.
 */
function sizeOf(parameters: DescribedOperation['parameters']): Pick<Pagination, 'size'> {
  for (const { name, schema } of parameters) {
    const maximum = typeof schema === 'object' ? schema['maximum'] : undefined;
    if (SIZES.includes(name) && typeof maximum === 'number' && maximum >= 1) {
      return { size: { param: name, max: Math.min(Math.floor(maximum), 1000) } };
    }
  }
  return {};
}
