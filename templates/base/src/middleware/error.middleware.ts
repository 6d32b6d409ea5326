import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../types/index.js';
import { nameOf } from '../utils/logger.util.js';

/** Callers learn a status and nothing else: no stack, no message. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, _req, res, next) => {
    if (res.headersSent) {
      next(thrown);
      return;
    }
    const status = statusOf(thrown);
    logger.error('request failed', { error: nameOf(thrown), status });
    res.status(status).json({ error: status < 500 ? 'bad_request' : 'internal' });
  };
}

/** Errors of Express' parsers say which 4xx they are. */
function statusOf(thrown: unknown): number {
  const status = typeof thrown === 'object' && thrown !== null && 'status' in thrown ? thrown.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
