import type { HeaderValue, Places, WebhookScheme } from './scheme.ts';

/**
 * HMAC (`v1`) with a secret `whsec_…`, or Ed25519 (`v1a`) with the public key `whpk_…`, whose private key is written `whsk_…`; several
 * signatures while a secret is rolled. The headers come in the names of the standard or in those of Svix; the first are those sent.
 */
function scheme(...families: readonly ['webhook' | 'svix', 'webhook' | 'svix']): WebhookScheme {
  const header = (name: string, more: Omit<HeaderValue, 'header'> = {}): Places => [
    { header: `${families[0]}-${name}`, ...more },
    { header: `${families[1]}-${name}`, ...more },
  ];
  return {
    signatures: [
      {
        algorithm: 'ed25519',
        key: 'base64',
        secretPrefix: 'whpk_',
        signingPrefix: 'whsk_',
        encoding: 'base64',
        at: header('signature', { separator: ' ', prefix: 'v1a,' }),
      },
      {
        algorithm: 'hmac-sha256',
        key: 'base64',
        secretPrefix: 'whsec_',
        encoding: 'base64',
        at: header('signature', { separator: ' ', prefix: 'v1,' }),
      },
    ],
    signed: ['id', { text: '.' }, 'timestamp', { text: '.' }, 'body'],
    timestamp: { at: header('timestamp'), toleranceS: 300 },
    id: header('id'),
    event: { id: header('id'), type: [{ json: ['type'] }, { json: ['event_type'] }] },
  };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const standardWebhooks = scheme('webhook', 'svix');

/** https://docs.svix.com/receiving/verifying-payloads/how-manual */
export const svixWebhooks = scheme('svix', 'webhook');
