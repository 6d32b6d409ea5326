import cors from 'cors';
import type { Express } from 'express';
import express from 'express';
import helmet from 'helmet';
import type { Config } from './config.js';
import { errorHandler } from './middleware/error.middleware.js';
import type { IntegrationStore } from './store/store.js';
import type { Logger } from './types/index.js';
import { createWebhookRouter } from './webhooks/acme.webhook.js';

export interface AppOptions {
  config: Config;
  store: IntegrationStore;
  logger: Logger;
  /** False while the process stops: load balancers then send no more. */
  isReady?: () => boolean;
}

/** The HTTP side of this integration. Mount your own routes, behind your own authentication, after the webhook. */
export function createApp({ config, store, logger, isReady = () => true }: AppOptions): Express {
  const app = express();
  app.use(helmet());
  app.use(cors({ origin: [...config.allowedOrigins] }));
  app.get('/health', (_req, res) => {
    res.status(isReady() ? 200 : 503).json({ status: isReady() ? 'ok' : 'stopping' });
  });
  // Before express.json(): the signature is over the raw bytes.
  app.use(createWebhookRouter({ config, store, logger }));
  app.use(express.json({ limit: '100kb' }));
  app.use((_req, res) => {
    res.status(404).json({ error: 'not_found' });
  });
  app.use(errorHandler(logger));
  return app;
}
