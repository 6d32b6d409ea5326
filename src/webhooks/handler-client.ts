import type { LookupAddress, LookupOptions } from 'node:dns';
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { request } from 'node:http';
import { AppError, abortError, codeOf } from '../core/errors.ts';
import { withinTime } from '../core/linked-signal.ts';

/** One request to a handler on this machine. */
export interface HandlerRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Names and values in turn, as they go on the wire; `Host` and `Content-Length` are added. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly timeoutMs: number;
  /** What is kept of the answer's body, whose rest is not read; 0 reads all and keeps nothing. */
  readonly maxBodyBytes: number;
  /** Whose connections are used; by default it is one of its own, so that nothing of an earlier exchange can be mistaken for this one. */
  readonly agent?: Agent | undefined;
}

/** Why there was no answer. */
export type HandlerSilence = 'connection_refused' | 'timeout' | 'connection_lost' | 'not_http';

export interface HandlerAnswer {
  readonly status: number | undefined;
  readonly silence: HandlerSilence | undefined;
  /** Until the whole answer had arrived, or none could be expected any more. */
  readonly tookMs: number;
  readonly body: string;
  /** True when the body was longer than what was read. */
  readonly isCut: boolean;
}

/** Sends exactly these bytes and follows no redirect. What has no answer is a `silence`; rejects only when the signal is aborted. */
export async function askHandler(asked: HandlerRequest, signal: AbortSignal): Promise<HandlerAnswer> {
  if (signal.aborted) throw abortError(signal);
  const startedAt = performance.now();
  const end = (answer: Partial<HandlerAnswer>): HandlerAnswer => ({
    status: undefined,
    silence: undefined,
    body: '',
    isCut: false,
    ...answer,
    tookMs: Math.round((performance.now() - startedAt) * 10) / 10,
  });
  return withinTime(signal, asked.timeoutMs, async (patience) => {
    try {
      return end(await exchange(asked, patience));
    } catch (thrown) {
      if (signal.aborted) throw abortError(signal);
      return end({ silence: patience.aborted ? 'timeout' : silenceOf(thrown) });
    }
  });
}

async function exchange(asked: HandlerRequest, signal: AbortSignal): Promise<Partial<HandlerAnswer>> {
  const { method, url, headers, body, maxBodyBytes, agent = false } = asked;
  const length = method === 'GET' ? [] : ['Content-Length', String(body.length)];
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options: RequestOptions = {
      method,
      headers: ['Host', url.host, ...headers, ...length],
      agent,
      lookup,
      signal,
    };
    request(url, options, resolve).once('error', reject).end(body);
  });
  const { bytes, isCut } = await readBody(response, maxBodyBytes);
  return { status: response.statusCode, body: bytes.toString('utf8'), isCut };
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<{ bytes: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    // To its end, so that the connection can serve again.
    if (maxBytes === 0) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), isCut: size > maxBytes };
}

const HERE: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Names are `localhost` only, and that is this machine, whatever a resolver would say. */
function lookup(
  _hostname: string,
  { all }: LookupOptions,
  done: (error: null, address: string | LookupAddress[], family?: number) => void,
): void {
  if (all) done(null, HERE);
  else done(null, '127.0.0.1', 4);
}

function silenceOf(thrown: unknown): HandlerSilence {
  const code = codeOf(thrown) ?? '';
  // Both addresses of localhost refused: Node reports them together.
  const codes = thrown instanceof AggregateError ? thrown.errors.map(codeOf) : [code];
  if (codes.length > 0 && codes.every((each) => each === 'ECONNREFUSED')) return 'connection_refused';
  return code.startsWith('HPE_') ? 'not_http' : 'connection_lost';
}

export function nothingListens({ host }: URL): AppError {
  return new AppError('unavailable', `Nothing listens at ${host}. No delivery was sent.`, {
    hint: 'Start the handler, check its port, then replay again.',
  });
}
