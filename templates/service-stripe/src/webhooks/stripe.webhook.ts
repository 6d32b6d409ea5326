import type { RequestHandler } from 'express';
import { Router } from 'express';
import type { Config } from '../config.js';
import { rawBody, webhookSignature } from '../middleware/webhook-signature.middleware.js';
import type { IntegrationStore } from '../store/store.js';
import type { Logger } from '../types/index.js';
import { parseJson } from '../utils/body.util.js';
import { toRecordedEvent } from './stripe.events.js';
import { scheme } from './stripe.scheme.js';

export interface WebhookOptions {
  config: Config;
  store: IntegrationStore;
  logger: Logger;
}

export function createWebhookRouter({ config, store, logger }: WebhookOptions): Router {
  const { webhookSecrets: secrets, publicUrl } = config;
  const receive: RequestHandler = async (req, res) => {
    const event = toRecordedEvent(parseJson(rawBody(req.body)));
    if (event === undefined) {
      res.status(400).json({ error: 'not_an_event' });
      return;
    }
    // Stripe repeats a delivery until it sees a 2xx: that is sent when the event is durable, not before, and to duplicates too.
    const added = await store.record([event]);
    logger.info('webhook', { id: event.id, type: event.type, duplicate: added.length === 0 });
    res.status(200).json({ received: true });
  };
  const router = Router();
  router.post('/webhooks/stripe', webhookSignature({ scheme, secrets, publicUrl, logger }), receive);
  return router;
}
