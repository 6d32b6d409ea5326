import type { Provider } from '../../integrations/provider.ts';
import type { WebhookScheme } from '../../webhooks/scheme.ts';
import { literal } from './literal.ts';

/** The provider's webhook scheme as a source file: data for `src/webhooks/signature.ts` of the integration. */
export function schemeSource({ title, docs }: Provider, scheme: WebhookScheme): string {
  return [
    "import type { WebhookScheme } from './signature.js';",
    '',
    `/** How ${title} signs: ${docs} */`,
    `export const scheme: WebhookScheme = ${literal(portable(scheme))};`,
    '',
  ].join('\n');
}

/** Without what the generated engine does by itself. */
function portable({ signatures, signed, timestamp, id, bodyDigest, event }: WebhookScheme): object {
  const methods = signatures.map((method) => ({ ...method, signingPrefix: undefined }));
  return { signatures: methods, signed, timestamp, id, bodyDigest, event };
}
