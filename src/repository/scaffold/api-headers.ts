import type { Provider } from '../../integrations/provider.ts';
import { keyOf, quoted } from './literal.ts';

export const BEARER = `authorization: \`Bearer \${apiKey}\``;

/** Stands for the key while headers are made. */
const MARK = 'BREAKWATER-KEY';

/**
 * The headers that the provider's API wants, as TypeScript source of an object's fields; `apiKey` is in scope there. A bearer token where
 * the catalogue does not know, or where the key does not stand in a header as it is.
 */
export function headerFields({ api }: Provider): string {
  const [secret, ...others] = api?.secrets ?? [];
  if (api === undefined || secret === undefined || others.length > 0) return BEARER;
  const headers = Object.entries(api.headers({ [secret.role]: MARK }, {})).filter(([name]) => name !== 'user-agent');
  if (!headers.some(([, value]) => value.includes(MARK))) return BEARER;
  return headers.map(([name, value]) => `${keyOf(name)}: ${valueSource(value)}`).join(', ');
}

function valueSource(value: string): string {
  if (value === MARK) return 'apiKey';
  return value.includes(MARK) ? `\`${value.replace(MARK, () => `\${apiKey}`)}\`` : quoted(value);
}
