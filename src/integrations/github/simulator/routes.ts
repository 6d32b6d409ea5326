import { AppError } from '../../../core/errors.ts';
import type { JsonRequest, JsonRoute } from '../../../simulator/json-service.ts';
import { respond } from '../../../simulator/json-service.ts';
import type { SimulatedResponse } from '../../../simulator/service.ts';
import { parseTargetUrl } from '../../../simulator/webhook-target.ts';
import { fieldsOf, invalid, namesOf, paged, refusal, textOf } from './answers.ts';
import type { Hub, Place } from './hub.ts';
import type { Issue } from './objects.ts';

export interface HubContext {
  readonly hub: Hub;
  /** Tells of an event in a repository. Returns the id of the delivery. */
  emit(place: Place, type: string, payload: object): string;
}

type Context = HubContext;

const notFound = () => refusal(404, 'Not Found');

export const githubRoutes: readonly JsonRoute<Context>[] = [
  { method: 'GET', path: '/user', run: ({ hub }) => respond(200, hub.user) },
  {
    method: 'GET',
    path: '/rate_limit',
    run: () => respond(200, { resources: {}, rate: { limit: 5_000, used: 0, remaining: 5_000, reset: 0 } }),
  },
  { method: 'GET', path: '/user/repos', run: ({ hub }, request) => paged(request, hub.repositories) },
  {
    method: 'POST',
    path: '/user/repos',
    run: ({ hub }, { body }) => {
      const { name, description, private: isPrivate } = fieldsOf(body);
      if (typeof name !== 'string' || !/^[\w.-]{1,100}$/.test(name)) return invalid('Repository', 'name');
      if (hub.find(hub.user.login, name) !== undefined) return invalid('Repository', 'name', 'already_exists');
      return respond(201, hub.addRepository(name, textOf(description) ?? null, isPrivate === true));
    },
  },
  inRepository('GET', '', (_context, place) => respond(200, place.repository)),
  inRepository('POST', '/dispatches', (context, place, { body }) => {
    const { event_type, client_payload } = fieldsOf(body);
    if (typeof event_type !== 'string') return invalid('RepositoryDispatch', 'event_type');
    const payload = { action: event_type, branch: 'main', client_payload: client_payload ?? {} };
    context.emit(place, 'repository_dispatch', payload);
    return respond(204);
  }),
  inRepository('GET', '/issues', (_context, { issues }, request) => {
    const state = request.query.get('state') ?? 'open';
    const labels = request.query.get('labels')?.split(',') ?? [];
    const found = issues.filter(
      (issue) =>
        (state === 'all' || issue.state === state) &&
        labels.every((wanted) => issue.labels.some(({ name }) => name === wanted)),
    );
    return paged(request, [...found].reverse());
  }),
  inRepository('POST', '/issues', (context, place, { body }) => {
    const { title, body: text, labels } = fieldsOf(body);
    if (typeof title !== 'string' || title === '') return invalid('Issue', 'title');
    const issue = context.hub.addIssue(place, title, textOf(text) ?? null, namesOf(labels));
    context.emit(place, 'issues', { action: 'opened', issue });
    return respond(201, issue, { location: issue.url });
  }),
  onIssue('GET', '', (_context, _place, issue) => respond(200, issue)),
  onIssue('PATCH', '', updateIssue),
  onIssue('GET', '/comments', (_context, { comments }, { number }, request) =>
    paged(request, comments.get(number) ?? []),
  ),
  onIssue('POST', '/comments', (context, place, issue, { body }) => {
    const { body: text } = fieldsOf(body);
    if (typeof text !== 'string' || text === '') return invalid('IssueComment', 'body');
    const comment = context.hub.addComment(place, issue, text);
    context.emit(place, 'issue_comment', { action: 'created', issue, comment });
    return respond(201, comment, { location: comment.url });
  }),
  onIssue('POST', '/labels', (context, place, issue, { body }) => {
    issue.labels.push(...context.hub.labels(namesOf(Array.isArray(body) ? body : fieldsOf(body)['labels'])));
    context.emit(place, 'issues', { action: 'labeled', issue, label: issue.labels.at(-1) });
    return respond(200, issue.labels);
  }),
  inRepository('GET', '/hooks', (_context, { hooks }, request) =>
    paged(
      request,
      hooks.map(({ hook }) => hook),
    ),
  ),
  inRepository('POST', '/hooks', createHook),
  inRepository('DELETE', '/hooks/:hook', (_context, { hooks }, { params }) => {
    const at = hooks.findIndex(({ hook }) => String(hook.id) === params['hook']);
    if (at < 0) return notFound();
    hooks.splice(at, 1);
    return respond(204);
  }),
];

function inRepository(
  method: string,
  path: string,
  run: (context: Context, place: Place, request: JsonRequest) => SimulatedResponse,
): JsonRoute<Context> {
  return {
    method,
    path: `/repos/:owner/:repo${path}`,
    run(context, request) {
      const place = context.hub.find(request.params['owner'] ?? '', request.params['repo'] ?? '');
      if (place === undefined) return notFound();
      if (method === 'POST' && context.hub.isFull) return refusal(422, 'The simulator is full: reset it.');
      return run(context, place, request);
    },
  };
}

function onIssue(
  method: string,
  path: string,
  run: (context: Context, place: Place, issue: Issue, request: JsonRequest) => SimulatedResponse,
): JsonRoute<Context> {
  return inRepository(method, `/issues/:number${path}`, (context, place, request) => {
    const issue = place.issues.find(({ number }) => String(number) === request.params['number']);
    return issue === undefined ? notFound() : run(context, place, issue, request);
  });
}

function updateIssue(context: Context, place: Place, issue: Issue, { body }: JsonRequest): SimulatedResponse {
  const { title, body: text, labels, state, state_reason } = fieldsOf(body);
  if (state !== undefined && state !== 'open' && state !== 'closed') return invalid('Issue', 'state', 'invalid');
  issue.title = textOf(title) ?? issue.title;
  issue.body = textOf(text) ?? issue.body;
  if (Array.isArray(labels)) issue.labels = context.hub.labels(namesOf(labels));
  issue.updated_at = context.hub.time();
  const action =
    state === undefined || state === issue.state ? 'edited' : move(place, issue, state, textOf(state_reason));
  context.emit(place, 'issues', { action, issue });
  return respond(200, issue);
}

/** Closes or reopens; answers the action as events name it. */
function move({ repository }: Place, issue: Issue, state: Issue['state'], reason: string | undefined): string {
  issue.state = state;
  if (state === 'closed') {
    issue.closed_at = issue.updated_at;
    issue.state_reason = reason ?? 'completed';
    repository.open_issues_count -= 1;
    return 'closed';
  }
  issue.closed_at = null;
  issue.state_reason = 'reopened';
  repository.open_issues_count += 1;
  return 'reopened';
}

function createHook(context: Context, place: Place, { body }: JsonRequest): SimulatedResponse {
  const { config, events } = fieldsOf(body);
  const { url, secret } = fieldsOf(config);
  if (typeof url !== 'string') return invalid('Hook', 'url');
  // Deliveries without a secret carry no signature, which the simulator does not send.
  if (typeof secret !== 'string' || secret === '') return invalid('Hook', 'secret');
  const problem = targetProblem(url);
  if (problem !== undefined)
    return refusal(422, problem, { errors: [{ resource: 'Hook', field: 'url', code: 'invalid' }] });
  const hook = context.hub.addHook(place, url, secret, events === undefined ? ['push'] : namesOf(events));
  context.emit(place, 'ping', { zen: 'A calm harbour has a strong wall.', hook_id: hook.id, hook });
  return respond(201, hook, { location: hook.url });
}

function targetProblem(url: string): string | undefined {
  try {
    parseTargetUrl(url);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.message;
    throw thrown;
  }
}
