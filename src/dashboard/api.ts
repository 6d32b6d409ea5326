import type { Request, RequestHandler, Router } from 'express';
import express from 'express';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redact.ts';
import type { Caller } from '../core/tool.ts';
import type { ResourceDeps } from '../resources/registry.ts';
import { callTool } from '../tools/call-tool.ts';
import { tools } from '../tools/registry.ts';
import { streamChanges } from './changes.ts';
import { details, lists } from './lists.ts';

/** The tools of agents that the page uses: same arguments, same answers, same rules. */
const OFFERED: ReadonlySet<string> = new Set([
  'list_webhook_events',
  'replay_webhook',
  'search_memories',
  'get_memory',
  'update_memory',
  'delete_memory',
]);

/** A memory of 64 KB, escaped as JSON at its worst. */
const MAX_BODY = '512kb';

export interface ApiParts {
  deps: ResourceDeps;
  caller: Caller;
  redactor: Redactor;
  log: Log;
}

/** What the page asks, below `/api`. */
export function createApi(parts: ApiParts): Router {
  const { deps, caller, redactor } = parts;
  const api = express.Router();
  api.get('/workspace', (_req, res) => void res.json({ workspace: caller.workspace }));
  api.get('/changes', streamChanges(deps, caller));
  for (const [name, list] of Object.entries(lists)) {
    api.get(`/${name}`, async (_req, res) => void res.json(redactor.redactValue(await list(deps, caller))));
  }
  for (const [name, detail] of Object.entries(details)) {
    api.get(`/${name}/:id`, async (req, res) => {
      res.json(redactor.redactValue(await detail(req.params.id, deps, caller)));
    });
  }
  api.post('/tools/:name', express.json({ limit: MAX_BODY }), runTool(parts));
  return api;
}

function runTool({ deps, caller, redactor, log }: ApiParts): RequestHandler<{ name: string }> {
  return async (req, res) => {
    const tool = tools.find(({ name }) => name === req.params.name && OFFERED.has(name));
    if (tool === undefined) throw new AppError('not_found', 'The dashboard has no such tool.');
    const left = new AbortController();
    res.on('close', () => left.abort());
    const context = { signal: left.signal, caller, progress: () => {}, confirm: refuseConsent };
    const { text, isError } = await callTool(tool, bodyOf(req), context, { deps, redactor, log });
    res
      .status(isError ? 422 : 200)
      .type('json')
      .send(text);
  };
}

function refuseConsent(): Promise<never> {
  return Promise.reject(new AppError('not_allowed', 'This cannot be agreed to here.'));
}

/** Undefined where the request says that it is no JSON. */
function bodyOf(req: Request<{ name: string }>): unknown {
  if (req.is('json') === 'json') return req.body;
  throw new AppError('invalid_input', 'The request must be JSON.');
}
