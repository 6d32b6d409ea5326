import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import { systemClock } from '../../../core/clock.ts';
import { AppError } from '../../../core/errors.ts';
import type { ServiceOptions, TriggeredEvent, WebhookTarget } from '../../../simulator/contract.ts';
import { bearerToken, readJson, respond } from '../../../simulator/json-service.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatedService } from '../../../simulator/service.ts';
import { WebhookOutbox } from '../../../simulator/webhook-outbox.ts';
import { checkTarget } from '../../../simulator/webhook-target.ts';
import { slackWebhook } from '../webhook.ts';
import type { Arguments, Team } from './methods.ts';
import { METHODS } from './methods.ts';
import { BOT_USER_ID, createId, TEAM_ID, USER_ID, Workspace } from './workspace.ts';

type EventFields = Readonly<Record<string, unknown>>;

/** The inner events that can be triggered, with what they say by default. */
const EVENTS: Readonly<Record<string, EventFields>> = {
  message: { channel_type: 'channel', text: 'Hello', user: USER_ID },
  app_mention: { text: `<@${BOT_USER_ID}> how is the water today?`, user: USER_ID },
  reaction_added: { reaction: 'thumbsup', user: USER_ID, item_user: BOT_USER_ID },
};

/** Slack's Web API and Events API in memory: https://docs.slack.dev. Throws as `CreateService` says. */
export function createSlackSimulator(options: ServiceOptions = {}): SimulatedService {
  return new SlackService(options);
}

class SlackService implements SimulatedService, Team {
  readonly eventTypes = [...Object.keys(EVENTS), 'url_verification'];
  readonly webhooks: WebhookOutbox;
  readonly #clock: Clock;
  readonly #webhook: WebhookTarget | undefined;
  workspace: Workspace;

  constructor({ clock = systemClock, webhook }: ServiceOptions) {
    if (webhook !== undefined) checkTarget(slackWebhook, webhook);
    this.#clock = clock;
    this.#webhook = webhook;
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    };
    this.webhooks = new WebhookOutbox(slackWebhook, clock, headers);
    this.workspace = new Workspace(() => clock.now());
    this.emit = this.emit.bind(this);
  }

  async handle(request: SimulatedRequest): Promise<SimulatedResponse> {
    const name = /^\/api\/([\w.]+)$/.exec(request.url.pathname)?.[1] ?? '';
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
    if (method === undefined) return refused('unknown_method');
    const args = readArguments(request);
    if (args === undefined) return refused('invalid_json');
    const token = bearerToken(request.headers) ?? args['token'];
    if (token === undefined) return refused('not_authed');
    if (typeof token !== 'string' || !/^xox[abeprs]-\S+$/.test(token)) return refused('invalid_auth');
    const answer = method(this, args, request.url);
    return respond(200, { ok: answer['error'] === undefined, ...answer });
  }

  refuse(status: number): SimulatedResponse {
    return respond(status, { ok: false, error: status === 429 ? 'ratelimited' : 'internal_error' });
  }

  async trigger(type: string, overrides: EventFields): Promise<TriggeredEvent> {
    if (type === 'url_verification') return this.#verifyUrl();
    const fields = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined;
    if (fields === undefined) {
      throw new AppError('invalid_input', `The simulator cannot trigger ${type}.`, {
        hint: `It knows: ${this.eventTypes.join(', ')}.`,
      });
    }
    const ts = this.workspace.timestamp();
    const [general] = this.workspace.channels;
    const eventId = this.emit({ type, channel: general?.id, ts, event_ts: ts, ...fields, ...overrides });
    return { type, eventId, objectId: ts };
  }

  reset(): void {
    this.webhooks.drop();
    this.workspace = new Workspace(() => this.#clock.now());
  }

  close(): void {
    this.webhooks.drop();
  }

  /** Returns the id of the event. */
  emit(event: EventFields): string {
    const eventId = createId('Ev');
    const authorization = { enterprise_id: null, team_id: TEAM_ID, user_id: BOT_USER_ID, is_bot: true };
    this.#send(eventId, String(event['type']), {
      token: 'simulator',
      team_id: TEAM_ID,
      api_app_id: 'A0FFV41KK',
      event,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(this.#clock.now() / 1000),
      authorizations: [{ ...authorization, is_enterprise_install: false }],
      is_ext_shared_channel: false,
    });
    return eventId;
  }

  /** What Slack asks an address before it sends events there. */
  #verifyUrl(): TriggeredEvent {
    const challenge = randomBytes(26).toString('hex');
    const type = 'url_verification';
    this.#send(challenge, type, { token: 'simulator', challenge, type });
    return { type, eventId: challenge };
  }

  #send(id: string, type: string, body: object): void {
    if (this.#webhook !== undefined)
      this.webhooks.send({ id, type, body: Buffer.from(JSON.stringify(body)) }, this.#webhook);
  }
}

function refused(error: string): SimulatedResponse {
  return respond(200, { ok: false, error });
}

/** JSON or a form; of GET the query. Undefined when the body cannot be read. */
function readArguments(request: SimulatedRequest): Arguments | undefined {
  const query = Object.fromEntries(request.url.searchParams);
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return { ...query, ...Object.fromEntries(new URLSearchParams(request.body.toString('utf8'))) };
  }
  const read = readJson(request);
  if (read === 'invalid' || Array.isArray(read.value)) return undefined;
  return { ...query, ...(typeof read.value === 'object' ? read.value : {}) };
}
