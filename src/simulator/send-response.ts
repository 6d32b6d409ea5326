import type { ServerResponse } from 'node:http';
import { sleep } from '../core/clock.ts';
import type { RequestFault } from './faults.ts';
import type { SimulatedResponse } from './service.ts';

const SLOW_CHUNKS = 10;
/** How many bytes `wrong_length` announces and never sends. */
const MISSING_BYTES = 64;

/** Writes a response to the socket, damaged as the fault says. Resolves when nothing is left to write. */
export async function sendResponse(
  res: ServerResponse,
  response: SimulatedResponse,
  fault: RequestFault | undefined,
  signal: AbortSignal,
): Promise<void> {
  const body = Buffer.from(fault?.kind === 'bad_json' ? cutOff(response.body) : response.body);
  const missing = fault?.kind === 'wrong_length' ? MISSING_BYTES : 0;
  res.writeHead(response.status, { ...response.headers, 'content-length': body.length + missing });
  if (fault?.kind === 'slow_body') return sendSlowly(res, body, fault.ms, signal);
  if (missing === 0) return void res.end(body);
  // Ending the socket, not the response: the client waits for bytes that do not come and then sees the end.
  res.write(body, () => res.socket?.end());
}

/** The first half: what a connection that breaks leaves of it. */
export function cutOff(json: string): string {
  return json.slice(0, Math.floor(json.length / 2)) || '{';
}

async function sendSlowly(res: ServerResponse, body: Buffer, ms: number, signal: AbortSignal): Promise<void> {
  res.flushHeaders();
  const size = Math.max(1, Math.ceil(body.length / SLOW_CHUNKS));
  for (let start = 0; start < body.length && !res.destroyed; start += size) {
    await sleep(ms / SLOW_CHUNKS, signal);
    res.write(body.subarray(start, start + size));
  }
  res.end();
}
