import type { ErrorRequestHandler } from 'express';
import { AppError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** The last word on every request: a failure has the shape that agents know, with status 422; Express would show where it is installed. */
export function answerFailure(log: Log): ErrorRequestHandler {
  return (thrown: unknown, _req, res, _next) => {
    if (res.headersSent) return void res.destroy();
    if (thrown instanceof AppError) {
      const { code, message, hint } = thrown;
      return void res.status(422).json({ code, message, hint });
    }
    const status = statusOf(thrown);
    if (status < 500) return void res.status(status).json({ code: 'invalid_input', message: 'This cannot be read.' });
    log.error({ cause: messageOf(thrown) }, 'dashboard request failed');
    res.status(500).json({ code: 'internal', message: 'Something unexpected happened; the log explains it.' });
  };
}

/** That of a request that Express could not read. */
function statusOf(thrown: unknown): number {
  const status = (thrown as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' && status >= 400 ? status : 500;
}
