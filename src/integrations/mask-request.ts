import type { HttpRequest } from './http-client.ts';
import type { Integration } from './integration.ts';
import type { ProviderApi } from './provider.ts';

const MASK = '[redacted]';

/** The request with every header and field of the query masked that would be another one with other secrets. */
export function maskRequest(request: HttpRequest, api: ProviderApi, { config }: Integration): HttpRequest {
  const others = Object.fromEntries(api.secrets.map(({ role }) => [role, MASK]));
  const secretHeaders = api.headers(others, config.settings);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      secretHeaders[name] === undefined || secretHeaders[name] === value ? value : MASK,
    ]),
  );
  const url = new URL(request.url);
  for (const name of Object.keys(api.query?.(others, config.settings) ?? {})) url.searchParams.set(name, MASK);
  return { ...request, url, headers };
}
