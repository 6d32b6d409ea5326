import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import { systemClock } from '../../../core/clock.ts';
import { AppError } from '../../../core/errors.ts';
import type { ServiceOptions, TriggeredEvent, WebhookTarget } from '../../../simulator/contract.ts';
import { bearerToken, findJsonRoute, readJson } from '../../../simulator/json-service.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatedService } from '../../../simulator/service.ts';
import { WebhookOutbox } from '../../../simulator/webhook-outbox.ts';
import { checkTarget } from '../../../simulator/webhook-target.ts';
import { buildExample } from '../../../webhooks/event-examples.ts';
import { githubEvents } from '../events.ts';
import { githubWebhook } from '../webhook.ts';
import { refusal } from './answers.ts';
import type { Place } from './hub.ts';
import { Hub } from './hub.ts';
import type { HubContext } from './routes.ts';
import { githubRoutes } from './routes.ts';

const ORIGIN = 'https://api.github.com';

/** GitHub's REST API in memory: https://docs.github.com/rest. Throws as `CreateService` says. */
export function createGithubSimulator(options: ServiceOptions = {}): SimulatedService {
  return new GithubService(options);
}

class GithubService implements SimulatedService, HubContext {
  readonly eventTypes = [...Object.keys(githubEvents.types), 'issue_comment', 'repository_dispatch'];
  readonly webhooks: WebhookOutbox;
  readonly #clock: Clock;
  readonly #webhook: WebhookTarget | undefined;
  #hub: Hub | undefined;
  #remaining = 5_000;

  constructor({ clock = systemClock, webhook }: ServiceOptions) {
    if (webhook !== undefined) checkTarget(githubWebhook, webhook);
    this.#clock = clock;
    this.#webhook = webhook;
    this.webhooks = new WebhookOutbox(githubWebhook, clock, githubEvents.headers);
  }

  /** Its addresses are those under which the first request came. */
  get hub(): Hub {
    this.#hub ??= new Hub(() => this.#clock.now(), ORIGIN);
    return this.#hub;
  }

  async handle(request: SimulatedRequest): Promise<SimulatedResponse> {
    this.#hub ??= new Hub(() => this.#clock.now(), request.url.origin);
    const response = this.#answer(request);
    return { ...response, headers: { ...this.#rateHeaders(), ...response.headers } };
  }

  refuse(status: number): SimulatedResponse {
    const message =
      status === 429 ? 'You have exceeded a secondary rate limit.' : `The simulator was told to answer ${status}.`;
    return refusal(status, message);
  }

  /** Events with objects are made by requests; of others the example is sent. */
  async trigger(type: string, overrides: Readonly<Record<string, unknown>>): Promise<TriggeredEvent> {
    const { login } = this.hub.user;
    const [repository] = this.hub.repositories;
    const place = this.hub.find(login, repository?.name ?? '');
    if (place === undefined || !this.eventTypes.includes(type)) {
      throw new AppError('invalid_input', `The simulator cannot trigger ${type}.`, {
        hint: `It knows: ${this.eventTypes.join(', ')}.`,
      });
    }
    return { type, eventId: this.emit(place, type, { ...this.#payload(place, type), ...overrides }) };
  }

  reset(): void {
    this.webhooks.drop();
    this.#hub = undefined;
    this.#remaining = 5_000;
  }

  close(): void {
    this.webhooks.drop();
  }

  emit(place: Place, type: string, payload: object): string {
    const id = randomUUID();
    const body = Buffer.from(JSON.stringify({ ...payload, repository: place.repository, sender: this.hub.user }));
    const targets = place.hooks
      .filter(({ hook }) => type === 'ping' || hook.events.includes('*') || hook.events.includes(type))
      .map(({ hook, secret }) => ({ url: hook.config.url, secret }));
    for (const target of this.#webhook === undefined ? targets : [this.#webhook, ...targets]) {
      this.webhooks.send({ id, type, body }, target);
    }
    return id;
  }

  #payload(place: Place, type: string): object {
    if (type === 'repository_dispatch') return { action: 'simulated', branch: 'main', client_payload: {} };
    if (type === 'issues' || type === 'issue_comment') {
      const issue = this.hub.addIssue(place, 'The greeting is missing a comma', null, []);
      if (type === 'issues') return { action: 'opened', issue };
      return { action: 'created', issue, comment: this.hub.addComment(place, issue, 'Me too') };
    }
    const example = githubEvents.types[type]?.example;
    if (example === undefined) return {};
    return JSON.parse(buildExample(githubEvents, example, {}, this.#clock.now()).body.toString('utf8'));
  }

  #answer(request: SimulatedRequest): SimulatedResponse {
    const token = bearerToken(request.headers);
    if (token === undefined) return refusal(401, 'Requires authentication');
    if (!/^(?:gh[opsu]_|github_pat_)\w+$/.test(token)) return refusal(401, 'Bad credentials');
    const found = findJsonRoute(githubRoutes, request);
    if (found === undefined) return refusal(404, 'Not Found');
    const body = readJson(request);
    if (body === 'invalid') return refusal(400, 'Problems parsing JSON');
    const { headers, url } = request;
    return found.route.run(this, { params: found.params, query: url.searchParams, headers, body: body.value, url });
  }

  #rateHeaders(): Record<string, string> {
    this.#remaining = Math.max(0, this.#remaining - 1);
    return {
      'x-github-request-id': randomUUID().slice(0, 18).toUpperCase(),
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': String(this.#remaining),
      'x-ratelimit-reset': String(Math.floor(this.#clock.now() / 1000) + 3_600),
      'x-ratelimit-resource': 'core',
      'x-ratelimit-used': String(5_000 - this.#remaining),
    };
  }
}
