import type { RequestHandler } from 'express';
import { Router } from 'express';
import type { Config } from '../config.js';
import { rawBody, webhookSignature } from '../middleware/webhook-signature.middleware.js';
import type { IntegrationStore } from '../store/store.js';
import type { Logger } from '../types/index.js';
import { parseJson } from '../utils/body.util.js';
import { answerChallenge } from './acme.challenge.js';
import { toRecordedEvent } from './acme.events.js';
import { scheme } from './acme.scheme.js';

export interface WebhookOptions {
  config: Config;
  store: IntegrationStore;
  logger: Logger;
}

export function createWebhookRouter({ config, store, logger }: WebhookOptions): Router {
  const { webhookSecrets: secrets, publicUrl } = config;
  const receive: RequestHandler = async (req, res) => {
    const body = rawBody(req.body);
    const challenge = answerChallenge(parseJson(body), secrets[0] ?? '');
    if (challenge !== undefined) {
      res.status(200).json(challenge);
      return;
    }
    const event = toRecordedEvent({ headers: req.headers, body, url: publicUrl + req.originalUrl });
    // A 2xx ends the provider's repeats: it is sent when the event is durable, not before, and to duplicates too.
    const added = await store.record([event]);
    logger.info('webhook', { id: event.id, type: event.type, duplicate: added.length === 0 });
    res.status(200).json({ received: true });
  };
  const router = Router();
  router.post('/webhooks/acme', webhookSignature({ scheme, secrets, publicUrl, logger }), receive);
  return router;
}
