import { catalogue } from '../src/integrations/catalogue.ts';
import type { ProviderWebhook } from '../src/integrations/provider.ts';
import { CAUSES, finding } from '../src/webhooks/findings.ts';
import type { SignatureMethod, SignedPart, ValueSource, WebhookScheme } from '../src/webhooks/scheme.ts';

type Row = readonly string[];

/** How each provider signs, as docs/webhooks.md shows it. */
export const SCHEME_HEADER = ['provider', 'default variable', 'signature', 'where', 'signed', 'tolerance', 'event id'];

/** Providers that sign alike share a row. */
export function schemeRows(): Row[] {
  const alike = new Map<WebhookScheme, { service: string; webhook: ProviderWebhook }[]>();
  for (const { service, webhook } of catalogue.values()) {
    if (webhook?.scheme === undefined) continue;
    alike.set(webhook.scheme, [...(alike.get(webhook.scheme) ?? []), { service, webhook }]);
  }
  return [...alike].map(([scheme, providers]) => schemeRow(providers, scheme));
}

function schemeRow(providers: readonly { service: string; webhook: ProviderWebhook }[], scheme: WebhookScheme): Row {
  const names = providers.map(
    ({ service, webhook }) => `\`${service}\`${webhook.challenge === undefined ? '' : ' (challenge)'}`,
  );
  return [
    names.join(', '),
    providers.map(({ webhook }) => `\`${webhook.defaultSecretEnv}\``).join(', '),
    unique(scheme.signatures.map(describeMethod)).join('; '),
    unique(scheme.signatures.flatMap(({ at }) => at.map(describePlace))).join(', '),
    scheme.signed.length === 0 ? 'nothing' : `\`${scheme.signed.map(describePart).join('')}\``,
    describeTolerance(scheme),
    scheme.event.id.map(describePlace).join(', ') || 'none',
  ];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function describeTolerance({ timestamp }: WebhookScheme): string {
  if (timestamp === undefined) return 'no timestamp';
  return timestamp.toleranceS === undefined ? 'any' : `${timestamp.toleranceS} s`;
}

function describeMethod(method: SignatureMethod): string {
  if (method.algorithm === 'token') return `the secret itself, ${method.encoding === 'utf8' ? 'as text' : 'base64'}`;
  const key = method.key === 'utf8' ? 'text' : method.key;
  const prefix = 'secretPrefix' in method && method.secretPrefix !== undefined ? ` \`${method.secretPrefix}…\`` : '';
  return `${method.algorithm}, key: ${key}${prefix}, ${method.encoding}`;
}

function describePlace(at: ValueSource): string {
  if ('json' in at) return `body \`${at.json.join('.')}\``;
  if ('query' in at) return `URL \`${at.query}\``;
  return `\`${at.header}${at.prefix === undefined ? '' : `: ${at.prefix}…`}\``;
}

function describePart(part: SignedPart): string {
  return typeof part === 'object' ? part.text : `{${part}}`;
}

export const CAUSE_HEADER = ['cause', 'what to do'];

export function causeRows(): Row[] {
  // What every change of the body has in common is said once, below the table.
  return CAUSES.map((cause) => [`\`${cause}\``, finding(cause, '').fix.replace(/: in Express mount .*/, '.')]);
}
