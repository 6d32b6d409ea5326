import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import { paypalWebhook } from '../../../src/integrations/paypal/webhook.ts';
import { readClaim } from '../../../src/webhooks/claim.ts';
import { parseBody } from '../../../src/webhooks/raw-body.ts';
import type { WebhookScheme } from '../../../src/webhooks/scheme.ts';
import { signedBytes } from '../../../src/webhooks/signature.ts';
import { signedContent } from '../../../src/webhooks/signed-content.ts';
import { verifyDelivery } from '../../../src/webhooks/verify.ts';

/** Vectors that vendors publish, kept beside the repository and not in it. */
const file = new URL('../../../../shared/data/webhook-vectors.json', import.meta.url);

/** Bare HMACs, as a scheme that sends them in a header. */
const bareHmac: WebhookScheme = {
  signatures: [{ algorithm: 'hmac-sha256', key: 'utf8', encoding: 'hex', at: [{ header: 'x-signature' }] }],
  signed: ['body'],
  event: { id: [], type: [] },
};

const ALIASES: Record<string, string> = { 'github-sha1': 'github' };

const vectorFile = z.object({
  vectors: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      secret: z.string().optional(),
      secret_key: z.string().optional(),
      signature: z.string().optional(),
      headers: z.record(z.string(), z.string()).default({}),
      body: z.string().optional(),
      body_base64: z.string().optional(),
      body_repeat: z.object({ char: z.string(), count: z.number() }).optional(),
      params: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
      url: z.string().optional(),
      now: z.number().optional(),
      tolerance: z.number().optional(),
      webhook_id: z.string().optional(),
      signed_message: z.string().optional(),
      expect: z.enum(['valid', 'invalid', 'message']),
    }),
  ),
});
type Vector = z.output<typeof vectorFile>['vectors'][number];

function schemeOf({ provider }: Vector): WebhookScheme {
  if (provider === 'raw-hmac-sha256-hex') return bareHmac;
  const scheme = catalogue.get(ALIASES[provider] ?? provider)?.webhook?.scheme;
  if (scheme === undefined) throw new Error(`There is no scheme for ${provider}`);
  return scheme;
}

function deliveryOf({ headers, signature, body, body_base64, body_repeat, params, url }: Vector) {
  const repeated = body_repeat?.char.repeat(body_repeat.count);
  return {
    headers: signature === undefined ? headers : { 'x-signature': signature },
    body:
      params === undefined
        ? parseBody({ body: body ?? repeated ?? (body_base64 ? undefined : ''), body_base64 })
        : parseBody({ params }),
    url,
  };
}

describe.skipIf(!existsSync(file))('published vectors', () => {
  const vectors = existsSync(file) ? vectorFile.parse(JSON.parse(readFileSync(file, 'utf8'))).vectors : [];

  it('are all there', () => {
    expect(vectors).toHaveLength(79);
  });

  it.each(vectors.filter(({ expect: kind }) => kind !== 'message'))('$id', (vector) => {
    const secrets = [{ name: 'SECRET', value: vector.secret }];
    const options = { secrets, nowMs: (vector.now ?? 0) * 1000, toleranceS: vector.tolerance };
    const verdict = verifyDelivery(schemeOf(vector), deliveryOf(vector), options);
    expect(verdict.valid ? 'valid' : 'invalid', verdict.message).toBe(vector.expect);
  });

  it.each(vectors.filter(({ expect: kind }) => kind === 'message'))('$id: the text that is signed', (vector) => {
    const delivery = deliveryOf(vector);
    const claim = readClaim(paypalWebhook, delivery);
    expect(claim).toHaveProperty('signatures');
    if ('reason' in claim) return;
    const content = signedContent(paypalWebhook, claim, delivery);
    expect(content).toBeDefined();
    if (content === undefined) return;
    expect(signedBytes(content, '', vector.webhook_id ?? '').toString()).toBe(vector.signed_message);
  });
});
