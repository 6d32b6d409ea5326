import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { Express, RequestHandler } from 'express';
import express from 'express';
import * as z from 'zod';
import { listenOnLoopback } from '../core/listen-on-loopback.ts';
import { answerFailure } from './answer-failure.ts';
import type { ApiParts } from './api.ts';
import { createApi } from './api.ts';
import { onlyOwnOrigin, onlySession, refuse, securityHeaders } from './guard.ts';
import { readPage } from './page-files.ts';
import { Session } from './session.ts';

const MAX_CONNECTIONS = 64;
const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };

export interface DashboardParts extends ApiParts {
  /** Where the built page is. */
  pageFolder: string;
  /** 0 for a free one. */
  port: number;
}

export interface Dashboard {
  /** Opens the page once; the token in it is worth nothing after that. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page on loopback. Rejects with `unavailable` for a port in use or a page that was not built. */
export async function openDashboard(parts: DashboardParts): Promise<Dashboard> {
  const page = await readPage(parts.pageFolder);
  const session = new Session();
  let port = parts.port;
  // Cookies do not tell ports apart: two dashboards in one browser keep two.
  const cookieName = () => `breakwater_${port}`;
  const app: Express = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.use(
    ...securityHeaders,
    onlyOwnOrigin(() => port),
  );
  for (const [path, { type, content }] of page) app.get(path, (_req, res) => void res.type(type).send(content));
  app.post('/api/session', express.json({ limit: '1kb' }), exchange(session, cookieName));
  app.use('/api', onlySession(session, cookieName), createApi(parts));
  app.use((_req, res) => void res.status(404).json({ code: 'not_found', message: 'There is no such address.' }));
  app.use(answerFailure(parts.log));
  const server = createServer(TIMEOUTS, app);
  server.maxConnections = MAX_CONNECTIONS;
  port = await listenOnLoopback(server, parts.port);
  return { url: `http://127.0.0.1:${port}/#${session.token}`, close: () => closeServer(server) };
}

const exchangeBody = z.strictObject({ token: z.string().max(100) });

function exchange(session: Session, cookieName: () => string): RequestHandler {
  return (req, res) => {
    const { data } = exchangeBody.safeParse(req.body);
    const credentials = data && session.exchange(data.token);
    if (credentials === undefined) return refuse(res, 401, 'This link was used already, or is not whole.');
    res.cookie(cookieName(), credentials.cookie, { httpOnly: true, sameSite: 'strict', path: '/api' });
    res.json({ key: credentials.key });
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Streams of changes would keep it open for ever.
  server.closeAllConnections();
  await closed;
}
