import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Session } from './session.ts';

const KEY_HEADER = 'x-breakwater-key';

/** Only what this server itself serves runs, is loaded or is asked; nothing is framed, sent as a form or kept by a cache. */
export const securityHeaders: RequestHandler[] = [
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'"],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
        'require-trusted-types-for': ["'script'"],
        'trusted-types': ["'none'"],
      },
    },
    // The page is served over http, on this machine only.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
  }),
  (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  },
];

/**
 * Refuses what does not come from our own page: another host name that leads here (DNS rebinding), another origin, and another site as
 * the browser tells it. Only the page itself may be opened from anywhere: it holds no data.
 */
export function onlyOwnOrigin(port: () => number): RequestHandler {
  return (req, res, next) => {
    const refusal = refusalOf(req, port());
    if (refusal === undefined) return next();
    refuse(res, ...refusal);
  };
}

function refusalOf({ headers, method, path }: Request, port: number): [status: number, message: string] | undefined {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!names.includes(host)) return [421, 'This address is not one of the dashboard.'];
  if (origin !== undefined && origin !== `http://${host}`) return [403, 'This origin may not ask.'];
  const isOwnSite = site === 'same-origin' || site === 'none';
  if (!isOwnSite && path !== '/') return [403, 'Another site may not ask.'];
  const mayChange = method === 'POST' && origin !== undefined;
  return method === 'GET' || mayChange ? undefined : [403, 'This request does not come from the page.'];
}

/** Cookie for everything; the key in its own header for all but the stream of changes, to which a browser cannot add one. */
export function onlySession(session: Session, cookieName: () => string): RequestHandler {
  return (req, res, next) => {
    const hasKey = req.path === '/changes' || session.hasKey(req.get(KEY_HEADER));
    if (hasKey && session.hasCookie(readCookie(req.headers.cookie, cookieName()))) return next();
    refuse(res, 401, 'This browser has no access, or no longer.');
  };
}

export function refuse(res: Response, status: number, message: string): void {
  res.status(status).json({ code: status === 401 ? 'unauthorized' : 'not_allowed', message });
}

function readCookie(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
