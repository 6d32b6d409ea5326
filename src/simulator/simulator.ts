import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { sleep, systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { listenOnLoopback } from '../core/listen-on-loopback.ts';
import type { Fault, FaultInput } from './faults.ts';
import { FaultScript } from './faults.ts';
import { sendResponse } from './send-response.ts';
import type { SimulatedResponse, SimulatedService } from './service.ts';

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number | undefined;
  clock?: Clock | undefined;
}

/** One line of the request log. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  /** Undefined while the request runs, and when no answer was sent. */
  readonly status: number | undefined;
  /** The fault that the request met. */
  readonly fault: Fault['kind'] | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface RunningSimulator {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** The last 1,000 requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Replaces the fault script. Throws `invalid_input`, and then the former script stays. */
  script(faults: readonly FaultInput[]): void;
  /** Back to the state after the start: no objects, no faults, an empty request log. */
  reset(): void;
  /** Frees the port and ends every connection, also those that wait in a fault. Safe to call twice. */
  stop(): Promise<void>;
}

const MAX_RECORDED = 1_000;
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
  const simulator = new HttpSimulator(service, options.clock ?? systemClock);
  await simulator.listen(options.port ?? 0);
  return simulator;
}

class HttpSimulator implements RunningSimulator {
  readonly #service: SimulatedService;
  readonly #clock: Clock;
  readonly #script = new FaultScript();
  readonly #server: Server;
  readonly #stopping = new AbortController();
  #requests: Mutable<RecordedRequest>[] = [];
  #stopped: Promise<void> | undefined;
  #port = 0;

  constructor(service: SimulatedService, clock: Clock) {
    this.#service = service;
    this.#clock = clock;
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
    return this.#requests;
  }

  async listen(port: number): Promise<void> {
    this.#port = await listenOnLoopback(this.#server, port);
  }

  script(faults: readonly FaultInput[]): void {
    this.#script.load(faults);
  }

  reset(): void {
    this.#service.reset();
    this.#script.load([]);
    this.#requests = [];
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#service.close();
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
    const fault = this.#script.take(method, url.pathname);
    const record = this.#record(method, url.pathname, req.headers['idempotency-key'], fault);
    if (fault?.kind === 'drop') return void res.destroy();
    const body = await readBody(req);
    if (body === undefined) return void res.writeHead(413, { connection: 'close' }).end();
    if (fault?.kind === 'delay') await sleep(fault.ms, this.#stopping.signal);
    const response =
      scripted(fault, this.#service) ??
      (await this.#service.handle({ method, url, headers: singleValues(req.headers), body }));
    if (fault?.kind === 'reset_after_executing') return void req.socket.resetAndDestroy();
    record.status = response.status;
    await sendResponse(res, response, fault, this.#stopping.signal);
  }

  #record(
    method: string,
    path: string,
    key: string | string[] | undefined,
    fault: Fault | undefined,
  ): Mutable<RecordedRequest> {
    const record = {
      method,
      path,
      idempotencyKey: Array.isArray(key) ? key.join(', ') : key,
      status: undefined,
      fault: fault?.kind,
      at: this.#clock.now(),
    };
    this.#requests.push(record);
    if (this.#requests.length > MAX_RECORDED) this.#requests.shift();
    return record;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The answer of faults that keep the service from executing. */
function scripted(fault: Fault | undefined, service: SimulatedService): SimulatedResponse | undefined {
  if (fault?.kind !== 'status' && fault?.kind !== 'rate_limit') return undefined;
  const response = service.refuse(fault.kind === 'status' ? fault.status : 429);
  const headers = { ...response.headers };
  if (fault.retry_after !== undefined) headers['retry-after'] = String(fault.retry_after);
  if (fault.kind === 'rate_limit') return { ...response, headers };
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers[name.toLowerCase()] = value;
  return { status: fault.status, headers, body: textOf(fault.body) ?? response.body };
}

function textOf(body: string | Record<string, unknown> | undefined): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
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
