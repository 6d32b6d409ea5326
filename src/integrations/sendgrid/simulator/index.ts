import type { Clock } from '../../../core/clock.ts';
import { systemClock } from '../../../core/clock.ts';
import { AppError } from '../../../core/errors.ts';
import type { ServiceOptions, TriggeredEvent, WebhookTarget } from '../../../simulator/contract.ts';
import { bearerToken, findJsonRoute, readJson, respond } from '../../../simulator/json-service.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatedService } from '../../../simulator/service.ts';
import { WebhookOutbox } from '../../../simulator/webhook-outbox.ts';
import { checkTarget } from '../../../simulator/webhook-target.ts';
import { sendgridWebhook } from '../webhook.ts';
import type { MailEvent } from './mail-events.ts';
import { buildEvent, EVENT_TYPES, fateOf, formatBatch } from './mail-events.ts';
import type { Mail } from './mail-parameters.ts';
import { createMessageId, Mailbox } from './mailbox.ts';
import type { ReceivedMail } from './received-mail.ts';
import type { MailAccount } from './routes.ts';
import { rateHeaders, refusal, sendgridRoutes } from './routes.ts';
import { Suppressions } from './suppressions.ts';

const MAX_REQUEST_BYTES = 30 * 1024 * 1024;

export interface SendgridSimulator extends SimulatedService {
  /** The mails that were accepted, oldest first; also at `GET /mailbox`. */
  readonly messages: readonly ReceivedMail[];
}

/**
 * SendGrid's mail API v3 in memory: https://www.twilio.com/docs/sendgrid/api-reference. Nothing is sent; what becomes of a mail is told
 * by its address. Throws as `CreateService` says.
 */
export function createSendgridSimulator(options: ServiceOptions = {}): SendgridSimulator {
  return new MailService(options);
}

class MailService implements SendgridSimulator, MailAccount {
  readonly eventTypes = EVENT_TYPES;
  readonly webhooks: WebhookOutbox;
  readonly mailbox = new Mailbox();
  readonly #clock: Clock;
  readonly #webhook: WebhookTarget | undefined;
  suppressions = new Suppressions();

  constructor({ clock = systemClock, webhook }: ServiceOptions) {
    if (webhook !== undefined) checkTarget(sendgridWebhook, webhook);
    this.#clock = clock;
    this.#webhook = webhook;
    this.webhooks = new WebhookOutbox(sendgridWebhook, clock, { 'user-agent': 'SendGrid Event API' });
    this.now = this.now.bind(this);
  }

  get messages(): readonly ReceivedMail[] {
    return this.mailbox.messages;
  }

  now(): number {
    return this.#clock.now();
  }

  async handle(request: SimulatedRequest): Promise<SimulatedResponse> {
    if (request.method === 'GET' && request.url.pathname === '/mailbox')
      return respond(200, { messages: this.messages });
    const denied = this.#authorize(request);
    if (denied !== undefined) return denied;
    if (request.body.length > MAX_REQUEST_BYTES) {
      return refusal(413, { message: 'The request is larger than 30 MB.', field: null });
    }
    const found = findJsonRoute(sendgridRoutes, request);
    if (found === undefined) return refusal(404, { message: 'not found', field: null });
    const body = readJson(request);
    if (body === 'invalid') return refusal(400, { message: 'Bad Request', field: null });
    const { url, headers } = request;
    return found.route.run(this, { params: found.params, query: url.searchParams, headers, body: body.value, url });
  }

  refuse(status: number): SimulatedResponse {
    if (status !== 429) return refusal(status, { message: `The simulator was told to answer ${status}.`, field: null });
    const response = refusal(429, { message: 'too many requests', field: null });
    return { ...response, headers: { ...response.headers, ...rateHeaders(0) } };
  }

  accept(id: string, mail: Mail): void {
    for (const message of this.mailbox.accept(id, mail, this.now())) {
      for (const { email } of message.recipients) this.#decide(email, message);
    }
  }

  /** Overrides are fields of the event; `email` also puts the address on the list that the event leads to. */
  async trigger(type: string, overrides: Readonly<Record<string, unknown>>): Promise<TriggeredEvent> {
    if (!EVENT_TYPES.includes(type)) {
      throw new AppError('invalid_input', `The simulator cannot trigger ${type}.`, {
        hint: `It knows: ${EVENT_TYPES.join(', ')}.`,
      });
    }
    const { email = 'recipient@example.com' } = overrides;
    const source = { id: createMessageId(), categories: [], customArgs: {} };
    const event = { ...buildEvent(type, String(email), source, this.now()), ...overrides };
    this.suppressions.follow(type, event.email, this.now());
    this.#send([event]);
    return { type, eventId: event.sg_event_id, objectId: source.id };
  }

  reset(): void {
    this.webhooks.drop();
    this.mailbox.clear();
    this.suppressions = new Suppressions();
  }

  close(): void {
    this.webhooks.drop();
  }

  #authorize({ headers }: SimulatedRequest): SimulatedResponse | undefined {
    const token = bearerToken(headers);
    if (token === undefined) return refusal(401, { message: 'Authorization required', field: null });
    if (/^SG\.\S+$/.test(token)) return undefined;
    const message = 'The provided authorization grant is invalid, expired, or revoked';
    return refusal(401, { message, field: null });
  }

  #decide(email: string, message: ReceivedMail): void {
    for (const types of fateOf(email, this.suppressions.find(email))) {
      this.#send(types.map((type) => buildEvent(type, email, message, this.now())));
      for (const type of types) this.suppressions.follow(type, email, this.now());
    }
  }

  #send(events: readonly MailEvent[]): void {
    const [first] = events;
    if (this.#webhook === undefined || first === undefined) return;
    const message = { id: first.sg_event_id, type: first.event, body: formatBatch(events) };
    this.webhooks.send(message, this.#webhook);
  }
}
