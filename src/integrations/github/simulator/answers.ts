import type { JsonRequest } from '../../../simulator/json-service.ts';
import { respond } from '../../../simulator/json-service.ts';
import type { SimulatedResponse } from '../../../simulator/service.ts';

/** How GitHub words its answers, and what it reads from requests. */

const DOCS = 'https://docs.github.com/rest';

type Fields = Readonly<Record<string, unknown>>;

export function refusal(status: number, message: string, more: object = {}): SimulatedResponse {
  return respond(status, { message, ...more, documentation_url: DOCS, status: String(status) });
}

export function invalid(resource: string, field: string, code = 'missing_field'): SimulatedResponse {
  return refusal(422, 'Validation Failed', { errors: [{ resource, field, code }] });
}

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export function paged({ query, url }: JsonRequest, all: readonly object[]): SimulatedResponse {
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const links = Object.entries({ prev: page - 1, next: page + 1, first: 1, last })
    .filter(([name, at]) => (name === 'prev' || name === 'first' ? page > 1 && at >= 1 : page < last))
    .map(([name, at]) => {
      const target = new URL(url);
      target.searchParams.set('page', String(at));
      return `<${target.href}>; rel="${name}"`;
    });
  const headers = links.length === 0 ? {} : { link: links.join(', ') };
  return respond(200, all.slice((page - 1) * size, page * size), headers);
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Names, or objects that have one. */
export function namesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.map((one) => textOf(one) ?? textOf(fieldsOf(one)['name'])).filter((name) => name !== undefined);
}
