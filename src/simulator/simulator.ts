import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { sleep, systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { listenOnLoopback } from '../core/listen-on-loopback.ts';
import type {
  RecordedDelivery,
  RecordedRequest,
  RunningSimulator,
  SimulatorOptions,
  TriggeredEvent,
} from './contract.ts';
import type { FaultInput } from './fault.ts';
import { sendResponse } from './send-response.ts';
import type { SimulatedService } from './service.ts';
import { Session } from './session.ts';

/** Above the largest request that a simulated provider takes (SendGrid: 30 MB). */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** How long requests under way may take to end when the simulator stops. */
const STOP_GRACE_MS = 100;

/**
 * Serves a simulated service over HTTP on loopback. Throws `unavailable` when the port is in use or forbidden, `invalid_input` when
 * it is no port.
 */
export async function startSimulator(
  service: SimulatedService,
  options: SimulatorOptions = {},
): Promise<RunningSimulator> {
  const simulator = new HttpSimulator(service, options);
  await simulator.listen(options.port ?? 0);
  return simulator;
}

class HttpSimulator implements RunningSimulator {
  readonly #session: Session;
  readonly #onRequest: SimulatorOptions['onRequest'];
  readonly #server: Server;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;
  #port = 0;

  constructor(service: SimulatedService, { clock = systemClock, onRequest }: SimulatorOptions) {
    this.#session = new Session(service, clock);
    this.#onRequest = onRequest;
    // A long keep-alive: a server that closes idle connections resets the client that reuses one in the same moment.
    this.#server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 30_000 }, (req, res) => {
      // The only failures are those of a connection or service that has gone: there is nobody left to tell.
      this.#serve(req, res).catch(() => res.destroy());
    });
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#session.requests;
  }

  get deliveries(): readonly RecordedDelivery[] {
    return this.#session.service.webhooks.deliveries;
  }

  get eventTypes(): readonly string[] {
    return this.#session.service.eventTypes;
  }

  async listen(port: number): Promise<void> {
    this.#port = await listenOnLoopback(this.#server, port);
  }

  script(faults: readonly FaultInput[]): void {
    this.#session.script(faults);
  }

  trigger(type: string, overrides: Readonly<Record<string, unknown>> = {}): Promise<TriggeredEvent> {
    return this.#session.service.trigger(type, overrides, this.url);
  }

  resend(eventId: string): number {
    return this.#session.service.webhooks.resend(eventId);
  }

  reset(): void {
    this.#session.reset();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#session.service.close();
    this.#stopping.abort(new AppError('unavailable', 'The simulator is stopping.'));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), STOP_GRACE_MS);
    await closed;
    clearTimeout(timer);
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const method = req.method ?? 'GET';
    const url = URL.parse(`${this.url}${req.url}`);
    if (url === null) return void res.writeHead(400).end();
    const { record, fault } = this.#session.begin(method, url.pathname, req.headers['idempotency-key']);
    res.once('close', () => this.#onRequest?.(record));
    if (fault?.kind === 'drop') return void res.destroy();
    const body = await readBody(req);
    if (body === undefined) return void res.writeHead(413, { connection: 'close' }).end();
    if (fault?.kind === 'delay') await sleep(fault.ms, this.#stopping.signal);
    const response = await this.#session.answer({ method, url, headers: singleValues(req.headers), body }, fault);
    if (fault?.kind === 'reset_after_executing') return void req.socket.resetAndDestroy();
    record.status = response.status;
    record.note = response.note;
    await sendResponse(res, response, fault, this.#stopping.signal);
  }
}

/** Undefined when the body is larger than any that is taken. */
async function readBody(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // A stream that is left early destroys its socket, and the refusal would have no way out.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function singleValues(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
