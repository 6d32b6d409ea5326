import type { WebhookHeaders } from './delivery.ts';
import { headerLines } from './delivery.ts';
import { joinUrl, splitUrl } from './url-forms.ts';

type UrlParts = NonNullable<ReturnType<typeof splitUrl>>;

export interface UrlVariant {
  readonly url: string;
  /** How it differs from the one that was given. */
  readonly changes: readonly string[];
}

const HOST = /^(\[[\da-f:]{2,45}\]|[\w.-]{1,255})(:\d{1,5})?$/i;

/** URLs that the provider may have called: what proxies change, and what is mistyped. The fewest changes first; a few hundred at most. */
export function urlVariants(url: string, headers: WebhookHeaders): readonly UrlVariant[] {
  const given = splitUrl(url);
  if (given === undefined) return [];
  const variants = schemesOf(given).flatMap((scheme) =>
    authoritiesOf(given, headers).flatMap((authority) =>
      pathsOf(given).flatMap((path) =>
        queriesOf(given).map((query) => ({ ...given, ...authority, scheme, path, query })),
      ),
    ),
  );
  return variants
    .map((parts) => ({ url: joinUrl(parts), changes: changesOf(given, parts) }))
    .filter(({ changes }) => changes.length > 0)
    .sort((a, b) => a.changes.length - b.changes.length);
}

function schemesOf({ scheme }: UrlParts): string[] {
  return [scheme, /^https/i.test(scheme) ? 'http://' : 'https://'];
}

function authoritiesOf({ host, port, scheme }: UrlParts, headers: WebhookHeaders): Pick<UrlParts, 'host' | 'port'>[] {
  const standard = /^https/i.test(scheme) ? ':443' : ':80';
  const named = ['x-forwarded-host', 'x-original-host', 'host'].flatMap((name) => {
    const [, other, otherPort = ''] = HOST.exec(headerLines(headers, name)?.[0]?.trim() ?? '') ?? [];
    return other === undefined
      ? []
      : [
          { host: other, port: otherPort },
          { host: other, port: '' },
        ];
  });
  return [{ host, port }, { host, port: '' }, { host, port: standard }, ...named];
}

function pathsOf({ path }: UrlParts): string[] {
  return [path, path.endsWith('/') ? path.slice(0, -1) : `${path}/`];
}

function queriesOf({ query }: UrlParts): string[] {
  if (query === '') return [''];
  const plain = new URLSearchParams(query).toString();
  return [...new Set([query, '', query.replaceAll('+', '%20'), query.replaceAll('%20', '+'), `?${plain}`])];
}

function changesOf(given: UrlParts, parts: UrlParts): string[] {
  const changes: string[] = [];
  if (parts.scheme !== given.scheme) changes.push(`${parts.scheme} instead of ${given.scheme}`);
  if (parts.host !== given.host) changes.push(`the host ${parts.host}`);
  if (parts.port !== given.port) changes.push(parts.port === '' ? 'no port' : `port ${parts.port.slice(1)}`);
  if (parts.path !== given.path) {
    changes.push(`${parts.path.length > given.path.length ? 'a slash' : 'no slash'} at the end of its path`);
  }
  if (parts.query !== given.query) changes.push(parts.query === '' ? 'no query' : 'its query encoded differently');
  return changes;
}
