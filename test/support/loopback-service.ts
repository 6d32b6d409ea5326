import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReceivedRequest {
  method: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
  /** When it had arrived, on the clock of `performance.now()`. */
  at: number;
}

/** Answers one request, or does to its connection what services do to connections. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

export interface LoopbackService {
  url: URL;
  /** All requests that arrived as a whole. */
  received: ReceivedRequest[];
  /** Stops listening; open connections stay. */
  stopListening(): Promise<void>;
}

/** Listens on a free port until the end of the test. Returns where. */
export async function listen(server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return new URL(`http://127.0.0.1:${port}/v1/things`);
}

/** A service that treats the first request as the first behaviour says, and so on; the last one holds for all that follow. */
export async function startService(...behaviours: Behaviour[]): Promise<LoopbackService> {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, headers } = request;
    received.push({ method, headers, body: Buffer.concat(chunks).toString(), at: performance.now() });
    behaviours[Math.min(received.length, behaviours.length) - 1]?.(response, request);
  });
  const url = await listen(server);
  const stopListening = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, received, stopListening };
}

/** Answers with a status, JSON and headers. */
export function answer(status: number, body: unknown = { ok: true }, headers: Record<string, string> = {}): Behaviour {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Resets the connection: what the request asked for may have been done. */
export const reset: Behaviour = (_, request) => request.socket.resetAndDestroy();

/** Says nothing at all. */
export const silence: Behaviour = () => undefined;
