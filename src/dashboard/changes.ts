import type { RequestHandler, Response } from 'express';
import { AppError } from '../core/errors.ts';
import type { Caller } from '../core/tool.ts';
import { findResource } from '../protocol/find-resource.ts';
import { Subscriptions } from '../protocol/subscriptions.ts';
import type { ResourceDeps } from '../resources/registry.ts';
import { resources } from '../resources/registry.ts';
import { versions } from './lists.ts';

/** A browser opens six connections to a server, for all its tabs together: two stay free for what the tabs read. */
const MAX_STREAMS = 4;
const MAX_WATCHED = 8;
/** Finds out that a browser has gone. */
const HEARTBEAT_MS = 15_000;

/**
 * A stream of server-sent events: `changed`, with the name of what the page would read another text of now. What is watched is in the
 * query, as `watch=`: names of lists, and addresses of resources. Where too many are open, the oldest one ends with `replaced`.
 */
export function streamChanges(deps: ResourceDeps, caller: Caller): RequestHandler {
  const streams = new Set<Response>();
  const version = (watched: string) => versionOf(watched, deps, caller);
  return async (req, res) => {
    const watched = new URLSearchParams(req.url.split('?', 2)[1]).getAll('watch').slice(0, MAX_WATCHED);
    endOldest(streams);
    streams.add(res);
    const subscriptions = new Subscriptions({
      version,
      notify: async (name) => void sendEvent(res, 'changed', name),
    });
    const heartbeat = setInterval(() => send(res, ': \n\n'), HEARTBEAT_MS).unref();
    res.on('close', () => {
      streams.delete(res);
      clearInterval(heartbeat);
      subscriptions.stop();
    });
    res.set('Content-Type', 'text/event-stream').flushHeaders();
    // What cannot be told now is not watched: a database that is away, or a resource without a version.
    await Promise.allSettled(watched.map((name) => subscriptions.hold('page', name)));
    // What changed between the page's reading and this moment would be missed: it reads again now.
    sendEvent(res, 'ready', '');
  };
}

function endOldest(streams: Set<Response>): void {
  const [oldest] = streams;
  if (oldest === undefined || streams.size < MAX_STREAMS) return;
  streams.delete(oldest);
  sendEvent(oldest, 'replaced', '');
  oldest.end();
}

function sendEvent(res: Response, event: string, data: string): void {
  send(res, `event: ${event}\ndata: ${data}\n\n`);
}

/** A stream that was ended is not closed yet. */
function send(res: Response, text: string): void {
  if (!res.writableEnded) res.write(text);
}

async function versionOf(watched: string, deps: ResourceDeps, caller: Caller): Promise<string> {
  if (Object.hasOwn(versions, watched)) return (await versions[watched]?.(deps, caller)) ?? '';
  const found = findResource(resources, watched);
  const version = await found?.resource.version?.(found.variable, deps, caller);
  if (version === undefined) throw new AppError('not_found', 'There is nothing to watch.');
  return version;
}
