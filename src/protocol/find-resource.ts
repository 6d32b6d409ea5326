import type { Resource } from '../core/resource.ts';

/** The resource at an address and the decoded value of its variable ('' for a fixed address). */
export function findResource<Deps>(
  resources: readonly Resource<Deps>[],
  uri: string,
): { resource: Resource<Deps>; variable: string } | undefined {
  for (const resource of resources) {
    const variable = match(resource.uriTemplate, uri);
    if (variable !== undefined) return { resource, variable };
  }
  return undefined;
}

function match(uriTemplate: string, uri: string): string | undefined {
  const [prefix = '', variable] = uriTemplate.split('{', 2);
  if (variable === undefined) return uri === prefix ? '' : undefined;
  const segment = uri.startsWith(prefix) ? uri.slice(prefix.length) : '';
  return segment === '' || segment.includes('/') ? undefined : decode(segment);
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
