import type { Clock } from '../core/clock.ts';
import type { Fault, FaultInput, RequestFault } from './faults.ts';
import { FaultScript } from './faults.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatedService } from './service.ts';

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
  /** Where the answer differs from what the client asked for. */
  readonly note?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type OpenRecord = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };

const MAX_RECORDED = 1_000;

/** What a service is rehearsed with, whatever carries it: the fault script and the request log. */
export class Session {
  readonly service: SimulatedService;
  readonly #clock: Clock;
  readonly #script = new FaultScript();
  #requests: OpenRecord[] = [];

  constructor(service: SimulatedService, clock: Clock) {
    this.service = service;
    this.#clock = clock;
    service.webhooks.meet(this.#script);
  }

  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  script(faults: readonly FaultInput[]): void {
    this.#script.load(faults);
  }

  reset(): void {
    this.service.reset();
    this.#script.load([]);
    this.#requests = [];
  }

  /** Notes a request that has just come in, with the fault that it meets. */
  begin(
    method: string,
    path: string,
    key: string | string[] | undefined,
  ): { record: OpenRecord; fault: RequestFault | undefined } {
    const fault = this.#script.takeRequest(method, path);
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
    return { record, fault };
  }

  /** The answer: that of the fault where it keeps the service from executing, else the service's own. */
  async answer(request: SimulatedRequest, fault: RequestFault | undefined): Promise<SimulatedResponse> {
    return scripted(fault, this.service) ?? (await this.service.handle(request));
  }
}

function scripted(fault: RequestFault | undefined, service: SimulatedService): SimulatedResponse | undefined {
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
