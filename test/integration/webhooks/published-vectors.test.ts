import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { githubWebhook } from '../../../src/integrations/github/webhook.ts';
import { sendgridWebhook } from '../../../src/integrations/sendgrid/webhook.ts';
import { slackWebhook } from '../../../src/integrations/slack/webhook.ts';
import { stripeWebhook } from '../../../src/integrations/stripe/webhook.ts';
import type { WebhookScheme } from '../../../src/webhooks/scheme.ts';
import { verifyDelivery } from '../../../src/webhooks/verify.ts';

/** Vectors that vendors publish, kept beside the repository and not in it. */
const file = new URL('../../../../shared/data/webhook-vectors.json', import.meta.url);

const schemes: Record<string, WebhookScheme> = {
  stripe: stripeWebhook,
  sendgrid: sendgridWebhook,
  github: githubWebhook,
  'github-sha1': githubWebhook,
  slack: slackWebhook,
};

const vectorFile = z.object({
  vectors: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      secret: z.string().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.string().optional(),
      now: z.number().optional(),
      expect: z.string(),
    }),
  ),
});

function readVectors() {
  return vectorFile.parse(JSON.parse(readFileSync(file, 'utf8'))).vectors.filter(({ provider }) => provider in schemes);
}

describe.skipIf(!existsSync(file))('published vectors', () => {
  const vectors = existsSync(file) ? readVectors() : [];

  it('are there', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(26);
  });

  it.each(vectors)('$id', (vector) => {
    const scheme = schemes[vector.provider];
    expect(scheme).toBeDefined();
    if (scheme === undefined) return;
    const delivery = { headers: vector.headers ?? {}, body: Buffer.from(vector.body ?? '') };
    const secrets = [{ name: 'SECRET', value: vector.secret }];
    const verdict = verifyDelivery(scheme, delivery, { secrets, nowMs: (vector.now ?? 0) * 1000 });
    expect(verdict.valid ? 'valid' : 'invalid', verdict.message).toBe(vector.expect);
  });
});
