import { createHmac } from 'node:crypto';
import {
  clerk,
  discord,
  github,
  linear,
  NOW_S,
  paddle,
  sendgrid,
  shopify,
  slack,
  standardWebhooks,
  stripe,
  zoom,
} from '../deliveries.ts';
import type { Failure } from './failure.ts';

export const secretFailures: readonly Failure[] = [
  { kind: 'secret with a line end', of: stripe, secret: (secret) => `${secret}\n`, cause: 'secret_has_blanks' },
  { kind: 'secret with blanks', of: discord, secret: (secret) => ` ${secret} `, cause: 'secret_has_blanks' },
  { kind: 'secret with a written-out \\n', of: zoom, secret: (secret) => `${secret}\\n`, cause: 'secret_has_blanks' },
  { kind: 'secret in quotes', of: slack, secret: (secret) => `"${secret}"`, cause: 'secret_has_quotes' },
  {
    kind: 'whole line of an .env file as the secret',
    of: paddle,
    secret: (secret) => `export PADDLE="${secret}"`,
    cause: 'secret_has_name',
  },
  {
    kind: 'secret with the version in front',
    of: standardWebhooks,
    secret: (secret) => `v1,${secret}`,
    cause: 'secret_has_name',
  },
  {
    kind: 'secret in base64',
    of: stripe,
    secret: (secret) => Buffer.from(secret).toString('base64'),
    cause: 'secret_encoded',
  },
  {
    kind: 'secret in base64 twice',
    of: linear,
    secret: (secret) => Buffer.from(Buffer.from(secret).toString('base64')).toString('base64'),
    cause: 'secret_encoded',
  },
  {
    kind: 'secret percent-encoded',
    of: github,
    secret: (secret) => encodeURIComponent(secret),
    cause: 'secret_encoded',
  },
  {
    kind: 'secret without its prefix',
    of: stripe,
    secret: (secret) => secret.slice('whsec_'.length),
    cause: 'secret_prefix_lost',
  },
  {
    kind: 'line end stored with the secret at the sender',
    of: shopify,
    signer: (secret) => `${secret}\n`,
    cause: 'secret_needs_line_end',
  },
  {
    kind: 'secret of the command line tool instead of the dashboard',
    of: stripe,
    secret: (secret) => `${secret}_cli`,
    other: [{ name: 'DASHBOARD', value: stripe.secret }],
    cause: 'other_secret',
  },
  {
    kind: 'live secret on a test delivery',
    of: clerk,
    secret: () => clerk.otherSecret,
    other: [{ name: 'TEST', value: clerk.secret }],
    cause: 'other_secret',
  },
  { kind: 'secret variable not set', of: github, secret: () => undefined, cause: 'secret_not_set' },
  {
    kind: 'API key in place of the secret',
    of: stripe,
    secret: () => 'sk_test_51BreakwaterExampleKey0001',
    cause: 'secret_is_api_key',
  },
  {
    kind: 'API key in place of a public key',
    of: sendgrid,
    secret: () => 'SG.aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbb',
    cause: 'secret_is_api_key',
  },
  { kind: 'text that is no key', of: discord, secret: () => 'my public key', cause: 'secret_not_a_key' },
  {
    kind: 'sender takes the text of the secret for the key',
    of: {
      ...standardWebhooks,
      sign: (body) => ({
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(NOW_S),
        'webhook-signature': `v1,${createHmac('sha256', standardWebhooks.secret).update(`msg_1.${NOW_S}.${body}`).digest('base64')}`,
      }),
    },
    cause: 'secret_read_differently',
  },
];
