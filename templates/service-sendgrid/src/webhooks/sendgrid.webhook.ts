import type { RequestHandler } from 'express';
import { Router } from 'express';
import type { Config } from '../config.js';
import { rawBody, webhookSignature } from '../middleware/webhook-signature.middleware.js';
import type { IntegrationStore } from '../store/store.js';
import type { Logger } from '../types/index.js';
import { parseJson } from '../utils/body.util.js';
import { toRecordedEvents } from './sendgrid.events.js';
import { scheme } from './sendgrid.scheme.js';

export interface WebhookOptions {
  config: Config;
  store: IntegrationStore;
  logger: Logger;
}

export function createWebhookRouter({ config, store, logger }: WebhookOptions): Router {
  const { webhookSecrets: secrets, publicUrl } = config;
  const receive: RequestHandler = async (req, res) => {
    const events = toRecordedEvents(parseJson(rawBody(req.body)));
    if (events === undefined) {
      res.status(400).json({ error: 'not_a_batch' });
      return;
    }
    // SendGrid repeats the whole batch until it sees a 2xx: that is sent when all events are durable, not before.
    const added = await store.record(events);
    logger.info('webhook', { events: events.length, added: added.length });
    res.status(200).json({ received: true });
  };
  const router = Router();
  router.post('/webhooks/sendgrid', webhookSignature({ scheme, secrets, publicUrl, logger }), receive);
  return router;
}
