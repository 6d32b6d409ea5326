import type { SecurityScheme } from './api-description.ts';
import type { Document, Fields } from './document.ts';
import { isFields } from './document.ts';

const MAX_SCHEMES = 10;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** How calls are authenticated: the schemes that we can speak, each with a role that an environment variable fills. */
export function readSecurity(document: Document, requirements: readonly unknown[]): SecurityScheme[] {
  const components = document.fields(document.root['components']);
  const schemes = document.fields(components?.['securitySchemes']) ?? {};
  return Object.entries(schemes)
    .slice(0, MAX_SCHEMES)
    .flatMap(([name, value]) => {
      const scheme = document.fields(value);
      const spoken = scheme === undefined ? undefined : speak(scheme);
      if (spoken === undefined) return [];
      return [{ role: roleOf(name), ...spoken, isOptional: !requirements.every((list) => isNeeded(list, name)) }];
    });
}

/** True when every alternative of a requirement has this scheme. */
function isNeeded(alternatives: unknown, name: string): boolean {
  if (!Array.isArray(alternatives) || alternatives.length === 0) return false;
  return alternatives.every((schemes) => isFields(schemes) && Object.hasOwn(schemes, name));
}

function speak(scheme: Fields): Pick<SecurityScheme, 'kind' | 'name' | 'description'> | undefined {
  const { type, name, in: place } = scheme;
  if (type === 'oauth2' || type === 'openIdConnect') return { kind: 'bearer', description: 'OAuth access token' };
  if (type === 'http') return speakHttp(String(scheme['scheme']).toLowerCase());
  if (type !== 'apiKey' || typeof name !== 'string' || !HEADER_NAME.test(name)) return undefined;
  if (place === 'header') return { kind: 'header', name: name.toLowerCase(), description: `API key in ${name}` };
  return place === 'query' ? { kind: 'query', name, description: `API key in the query as ${name}` } : undefined;
}

function speakHttp(scheme: string): Pick<SecurityScheme, 'kind' | 'description'> | undefined {
  if (scheme === 'bearer') return { kind: 'bearer', description: 'Bearer token' };
  return scheme === 'basic' ? { kind: 'basic', description: 'user:password' } : undefined;
}

function roleOf(name: string): string {
  const role = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
  return role.replace(/^_+|_+$/g, '').slice(0, 40) || 'api_key';
}
