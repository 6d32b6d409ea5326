import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * SHA-256 beside a legacy SHA-1 signature; old GitHub Enterprise Servers send only the latter. No timestamp is signed, so that a
 * replay is recognised by its `X-GitHub-Delivery` alone.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const githubWebhook: WebhookScheme = {
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: 'utf8',
      encoding: 'hex',
      at: [{ header: 'x-hub-signature-256', prefix: 'sha256=' }],
    },
    { algorithm: 'hmac-sha1', key: 'utf8', encoding: 'hex', at: [{ header: 'x-hub-signature', prefix: 'sha1=' }] },
  ],
  signed: ['body'],
  event: { id: [{ header: 'x-github-delivery' }], type: [{ header: 'x-github-event' }] },
};
