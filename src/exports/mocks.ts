/** `breakwater-mcp/mocks`: simulated services as handlers of msw, for the real addresses of the providers. */

import type { HttpHandler } from 'msw';
import { HttpResponse, http } from 'msw';
import { sleep, systemClock } from '../core/clock.ts';
import { createGithubSimulator } from '../integrations/github/simulator/index.ts';
import { createSendgridSimulator } from '../integrations/sendgrid/simulator/index.ts';
import type { ReceivedMail } from '../integrations/sendgrid/simulator/received-mail.ts';
import { createSlackSimulator } from '../integrations/slack/simulator/index.ts';
import { createStripeSimulator } from '../integrations/stripe/simulator/index.ts';
import type { RecordedDelivery, RecordedRequest, ServiceOptions, TriggeredEvent } from '../simulator/contract.ts';
import type { FaultInput } from '../simulator/fault.ts';
import type { RequestFault } from '../simulator/faults.ts';
import { cutOff } from '../simulator/send-response.ts';
import type { SimulatedResponse, SimulatedService } from '../simulator/service.ts';
import { Session } from '../simulator/session.ts';

export { stripeFixtures } from '../integrations/stripe/simulator/fixtures.ts';
export type { FaultInput, ReceivedMail, RecordedDelivery, RecordedRequest, ServiceOptions, TriggeredEvent };

/** A service behind its real address. Hand `handlers` to `setupServer`, and call `reset` after each test. */
export interface MockedService {
  readonly handlers: readonly HttpHandler[];
  /** The last 1,000 requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** The last 1,000 webhooks, oldest first. */
  readonly deliveries: readonly RecordedDelivery[];
  /** Replaces the fault script. Throws for one that is not valid. */
  script(faults: readonly FaultInput[]): void;
  /** Makes an event happen and sends its webhook. */
  trigger(type: string, overrides?: Readonly<Record<string, unknown>>): Promise<TriggeredEvent>;
  /** Back to the start: no objects, no faults, empty logs. */
  reset(): void;
}

export interface MockedSendgrid extends MockedService {
  /** The mails that were accepted, oldest first. */
  readonly messages: readonly ReceivedMail[];
}

/** https://api.stripe.com */
export function mockStripe(options: ServiceOptions & { latencyMs?: number | undefined } = {}): MockedService {
  return mock('https://api.stripe.com', createStripeSimulator(options), options);
}

/** https://api.sendgrid.com */
export function mockSendgrid(options: ServiceOptions = {}): MockedSendgrid {
  const service = createSendgridSimulator(options);
  const mocked = mock('https://api.sendgrid.com', service, options);
  return Object.defineProperty(mocked, 'messages', { get: () => service.messages }) as MockedSendgrid;
}

/** https://slack.com */
export function mockSlack(options: ServiceOptions = {}): MockedService {
  return mock('https://slack.com', createSlackSimulator(options), options);
}

/** https://api.github.com */
export function mockGithub(options: ServiceOptions = {}): MockedService {
  return mock('https://api.github.com', createGithubSimulator(options), options);
}

function mock(origin: string, service: SimulatedService, { clock = systemClock }: ServiceOptions): MockedService {
  const session = new Session(service, clock);
  const handler = http.all(`${origin}/*`, ({ request }) => answer(session, request));
  return {
    handlers: [handler],
    get requests() {
      return session.requests;
    },
    get deliveries() {
      return service.webhooks.deliveries;
    },
    script: (faults) => session.script(faults),
    trigger: (type, overrides = {}) => service.trigger(type, overrides, origin),
    reset: () => session.reset(),
  };
}

async function answer(session: Session, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const { record, fault } = session.begin(request.method, url.pathname, headers['idempotency-key']);
  if (fault?.kind === 'drop') return HttpResponse.error();
  const body = Buffer.from(await request.arrayBuffer());
  if (fault?.kind === 'delay') await sleep(fault.ms);
  const response = await session.answer({ method: request.method, url, headers, body }, fault);
  if (fault?.kind === 'reset_after_executing') return HttpResponse.error();
  record.status = response.status;
  record.note = response.note;
  return toResponse(response, fault);
}

const BODILESS = new Set([101, 204, 205, 304]);

function toResponse({ status, headers, body }: SimulatedResponse, fault: RequestFault | undefined): Response {
  const init = { status, headers: { ...headers } };
  if (BODILESS.has(status)) return new HttpResponse(null, init);
  if (fault?.kind === 'bad_json') return new HttpResponse(cutOff(body), init);
  if (fault?.kind !== 'slow_body' && fault?.kind !== 'wrong_length') return new HttpResponse(body, init);
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(Buffer.from(fault.kind === 'slow_body' ? body : cutOff(body)));
      if (fault.kind === 'slow_body') await sleep(fault.ms);
      if (fault.kind === 'slow_body') controller.close();
      else controller.error(new TypeError('terminated'));
    },
  });
  return new HttpResponse(stream, init);
}
