import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import express from 'express';
import helmet from 'helmet';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Answer, IncomingDelivery } from './reception.ts';
import type { ServedRoute } from './route.ts';

/** Providers send a few kilobytes; more than this is refused before it is read. */
export const MAX_BODY_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 256;
/** A sender that trickles keeps nothing open for long. */
const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };

export interface ReceiverParts {
  /** Whether somebody may call the listener by this name; loopback is always one of its names. */
  isPublicHost(host: string): boolean;
  routeAt(path: string): Promise<ServedRoute | undefined>;
  receive(route: ServedRoute, incoming: Omit<IncomingDelivery, 'url'>): Promise<Answer>;
  readonly log: Log;
}

/** The HTTP side of the listener: raw bytes in, short answers out. It reveals nothing about the routes it does not have. */
export function createReceiver(parts: ReceiverParts, timeouts = TIMEOUTS): Server {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.use(helmet(), onlyKnownHosts(parts), onlyRoutes(parts));
  // Compressed bodies are refused: the bytes that are stored and forwarded are those that were signed.
  app.use(express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false }));
  app.use(receiveDelivery(parts), answerFailure(parts));
  const server = createServer(timeouts, app);
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** A web page must not reach the listener through a name of its own that leads here (DNS rebinding). */
function onlyKnownHosts({ isPublicHost }: ReceiverParts): RequestHandler {
  return (req, res, next) => {
    const host = URL.parse(`http://${req.headers.host ?? ''}`)?.hostname ?? '';
    if (/^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(host) || isPublicHost(host)) return next();
    refuse(
      res,
      421,
      'This host name is not one of the listener. Give it as public_url when it is the name of a tunnel.',
    );
  };
}

interface Locals {
  route: ServedRoute;
}

function onlyRoutes({ routeAt }: ReceiverParts): RequestHandler<unknown, unknown, unknown, unknown, Partial<Locals>> {
  return async (req, res, next) => {
    const route = await routeAt(req.path);
    if (route === undefined) return refuse(res, 404, 'There is no route with this path.');
    if (req.method !== 'POST') return refuse(res.set('Allow', 'POST'), 405, 'Webhooks are sent with POST.');
    res.locals.route = route;
    next();
  };
}

function receiveDelivery({ receive }: ReceiverParts): RequestHandler<unknown, unknown, unknown, unknown, Locals> {
  return async (req, res) => {
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const { originalUrl: path, rawHeaders } = req;
    const answer = await receive(res.locals.route, { path, rawHeaders, body });
    res.status(answer.status);
    if (answer.body === undefined) res.end();
    else res.json(answer.body);
  };
}

const REFUSALS: Readonly<Record<string, readonly [number, string]>> = {
  'entity.too.large': [413, `The body is larger than ${MAX_BODY_BYTES} bytes.`],
  'encoding.unsupported': [415, 'The body is compressed. Send it as it was signed.'],
  'request.size.invalid': [400, 'The body does not have the length that was announced.'],
  'request.aborted': [400, 'The body did not arrive whole.'],
};

function answerFailure({ log }: ReceiverParts): ErrorRequestHandler {
  return (thrown: { type?: unknown } | undefined, _req, res, _next) => {
    const known = REFUSALS[String(thrown?.type)];
    if (known !== undefined) return refuse(res, ...known);
    log.error({ cause: messageOf(thrown) }, 'webhook not stored');
    refuse(res, 503, 'The delivery could not be stored. Send it again later.');
  };
}

function refuse(res: Response, status: number, error: string): void {
  res.status(status).set('Connection', 'close').json({ error });
}
