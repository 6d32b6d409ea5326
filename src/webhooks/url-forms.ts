import { parse, stringify } from 'node:querystring';
import { MAX_VALUE_LENGTH } from './delivery.ts';

interface UrlParts {
  readonly scheme: string;
  /** With its `@`. */
  readonly user: string;
  readonly host: string;
  /** With its `:`. */
  readonly port: string;
  readonly path: string;
  /** With its `?`. */
  readonly query: string;
}

/** Takes a URL apart and leaves every character as it is: what was signed is the text, and parsing would encode it anew. */
export function splitUrl(url: string): UrlParts | undefined {
  if (url.length > MAX_VALUE_LENGTH) return undefined;
  const [, scheme, authority, path = '', query = ''] =
    /^([a-z][a-z0-9+.-]{0,20}:\/\/)([^/?#]*)([^?]*)(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const [, user = '', host = '', port = ''] = /^(.*@)?(\[[^\]]*\]|[^:]*)(.*)$/s.exec(authority) ?? [];
  return { scheme, user, host, port, path, query };
}

export function joinUrl({ scheme, user, host, port, path, query }: UrlParts): string {
  return scheme + user + host + port + path + query;
}

function withoutPort(url: string): string {
  const parts = splitUrl(url);
  return parts === undefined ? url : joinUrl({ ...parts, port: '' });
}

function withPort(url: string): string {
  const parts = splitUrl(url);
  if (parts === undefined || parts.port !== '') return url;
  return joinUrl({ ...parts, port: /^https:/i.test(parts.scheme) ? ':443' : ':80' });
}

/** The query as escaped by older senders, which leave fewer characters as they are. */
function withEscapedQuery(url: string): string {
  const parts = splitUrl(url);
  if (parts === undefined || parts.query.length < 2) return url;
  return joinUrl({ ...parts, query: `?${stringify(parse(parts.query.slice(1)))}` });
}

/** The texts that a sender may have signed for one URL: with and without its port, its special characters encoded or not. */
export function equivalentUrls(url: string): readonly string[] {
  const encoded = URL.parse(url)?.href ?? url;
  const forms = [url, encoded].flatMap((form) => [withoutPort(form), withPort(form)]);
  const escaped = [withoutPort(encoded), withPort(encoded)].map(withEscapedQuery);
  return [...new Set([...forms, ...escaped])];
}
