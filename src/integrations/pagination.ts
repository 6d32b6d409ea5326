import * as z from 'zod';
import type { ResponseHeaders } from '../resilience/retry-after.ts';

const parameter = z.string().min(1).max(100);
/** Names of fields joined by dots, from the top of the answer. */
const path = z.string().min(1).max(200);

const common = {
  /** Where the items of a page are; absent where the answer itself is the array. */
  items: path.optional(),
  /** The parameter that says how many items a page may have, and the most that the service gives. */
  size: z.strictObject({ param: parameter, max: z.int().min(1).max(1000) }).optional(),
};

/**
 * How a service continues a list, as data:
 * - `last-id`: the id of the last item goes into `param`; the field `more` is true while there is more (Stripe's lists);
 * - `token`: the text at `path` goes into `param`; none or an empty one ends the list (Slack, Stripe's searches);
 * - `link`: the answer's `Link` header has rel="next" (GitHub, Shopify);
 * - `url`: the address at `path` (Twilio's `next_page_uri`);
 * - `page` counts pages from `first` on, `offset` counts items: a page that is not full ends the list.
 */
export const pagination = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('last-id'), param: parameter, more: path, ...common }),
  z.strictObject({ by: z.literal('token'), param: parameter, path, ...common }),
  z.strictObject({ by: z.literal('link'), ...common }),
  z.strictObject({ by: z.literal('url'), path, ...common }),
  z.strictObject({ by: z.literal('page'), param: parameter, first: z.int().min(0).max(1).optional(), ...common }),
  z.strictObject({ by: z.literal('offset'), param: parameter, ...common }),
]);

export type Pagination = z.output<typeof pagination>;

/** Fields of the request for one page. Of an address that a service gives only the query is used: host and path stay those we know. */
export type PageFields = Readonly<Record<string, string | number | readonly string[]>>;

/** What one page was asked with and what came back. */
export interface Page {
  fields: PageFields;
  items: readonly unknown[];
  body: unknown;
  headers: ResponseHeaders;
}

/** The value at a dot path, or undefined. */
export function valueAt(body: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? Reflect.get(value, name)
          : undefined,
      body,
    );
}

/** The items of an answer, or undefined when it holds no list where one is expected. */
export function itemsOf({ items }: Pagination, body: unknown): readonly unknown[] | undefined {
  const found = items === undefined ? body : valueAt(body, items);
  return Array.isArray(found) ? found : undefined;
}

/** What asks for the page after this one, or undefined at the end of the list. Replaces the fields of the page before. */
export function nextPage(style: Pagination, page: Page): PageFields | undefined {
  switch (style.by) {
    case 'last-id':
      return valueAt(page.body, style.more) === true ? afterItem(style, page, page.items.length - 1) : undefined;
    case 'token':
      return withText(page.fields, style.param, valueAt(page.body, style.path));
    case 'link':
      return queryOf(nextLink(page.headers['link']));
    case 'url':
      return queryOf(valueAt(page.body, style.path));
    case 'page':
      return isFull(style, page) ? counted(page, style.param, style.first ?? 1, 1) : undefined;
    case 'offset':
      return isFull(style, page) ? counted(page, style.param, 0, page.items.length) : undefined;
  }
}

/** What asks for the items after the one at `index`, where the service can be asked that; otherwise undefined. */
export function afterItem(style: Pagination, page: Page, index: number): PageFields | undefined {
  if (style.by === 'offset') return counted(page, style.param, 0, index + 1);
  if (style.by !== 'last-id') return undefined;
  return withText(page.fields, style.param, valueAt(page.items[index], 'id'));
}

function withText(fields: PageFields, param: string, value: unknown): PageFields | undefined {
  if (typeof value === 'number') return { ...fields, [param]: value };
  return typeof value === 'string' && value !== '' ? { ...fields, [param]: value } : undefined;
}

function counted({ fields }: Page, param: string, first: number, step: number): PageFields {
  return { ...fields, [param]: Number(fields[param] ?? first) + step };
}

/** Without a known size only an empty page ends the list. */
function isFull({ size }: Pagination, { fields, items }: Page): boolean {
  if (items.length === 0) return false;
  return size === undefined || items.length >= Number(fields[size.param] ?? size.max);
}

/** The target of rel="next" (RFC 8288). Linear: every part excludes the character that ends it. */
function nextLink(header: string | undefined): string | undefined {
  for (const [, target, parameters] of (header ?? '').matchAll(/<([^<>]{1,4096})>((?:;[^,;<>]{1,200}){1,10})/g)) {
    if (/;\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?\s*(?:;|$)/i.test(parameters ?? '')) return target;
  }
  return undefined;
}

function queryOf(address: unknown): PageFields | undefined {
  if (typeof address !== 'string' || address === '') return undefined;
  const url = URL.parse(address, 'https://relative.invalid');
  if (url === null) return undefined;
  const names = new Set(url.searchParams.keys());
  const fields = [...names].map((name) => {
    const values = url.searchParams.getAll(name);
    return [name, values.length > 1 ? values : (values[0] ?? '')] as const;
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
