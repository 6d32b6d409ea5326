import type { RequestHandler } from 'express';
import express from 'express';
import type { Logger } from '../types/index.js';
import type { WebhookScheme } from '../webhooks/signature.js';
import { verifyWebhook } from '../webhooks/signature.js';

export interface WebhookSignatureOptions {
  scheme: WebhookScheme;
  secrets: readonly string[];
  /** Scheme and host under which the provider reaches this server. */
  publicUrl: string;
  logger: Logger;
}

const MAX_BODY = '2mb';

/**
 * Lets a request pass only with a good, fresh signature over the bytes that were received. `req.body` is those bytes: a body that was
 * parsed and serialised again is another body. Mount it before any parser.
 */
export function webhookSignature({ scheme, secrets, publicUrl, logger }: WebhookSignatureOptions): RequestHandler[] {
  const verify: RequestHandler = (req, res, next) => {
    const verdict = verifyWebhook(
      scheme,
      { headers: req.headers, body: rawBody(req.body), url: publicUrl + req.originalUrl },
      secrets,
    );
    if (verdict.valid) {
      next();
      return;
    }
    logger.warn('webhook refused', { reason: verdict.reason });
    res.status(400).json({ error: 'invalid_signature' });
  };
  return [express.raw({ type: () => true, limit: MAX_BODY, inflate: false }), verify];
}

/** The bytes that `express.raw` read; a request without a body has none. */
export function rawBody(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
