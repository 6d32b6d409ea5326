import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';

export interface Bridge {
  url: string;
  close(): Promise<void>;
}

/** Puts a command that speaks MCP on stdio behind Streamable HTTP on loopback, one process for each session: the suite speaks HTTP only. */
export async function startBridge(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Bridge> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const app = createMcpExpressApp();
  app.use('/mcp', (request, response, next) => {
    const { origin } = request.headers;
    const isLocal =
      origin === undefined || ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(origin)?.hostname ?? '');
    if (isLocal) return next();
    response.status(403).json({ jsonrpc: '2.0', error: { code: -32000, message: 'Origin not allowed' }, id: null });
  });
  app.all('/mcp', async (request, response) => {
    const id = request.header('mcp-session-id');
    const known = id === undefined ? undefined : sessions.get(id);
    if (id !== undefined && known === undefined) {
      response.status(404).json({ jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null });
      return;
    }
    const transport = known ?? (await openSession({ command, args: [...args], env, stderr: 'inherit' }, sessions));
    await transport.handleRequest(request, response, request.body);
  });
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Command = ConstructorParameters<typeof StdioClientTransport>[0];

async function openSession(command: Command, sessions: Map<string, StreamableHTTPServerTransport>) {
  const child = new StdioClientTransport(command);
  /** Progress tokens of the client's requests in flight: what the server says meanwhile belongs to the stream of one of them. */
  const inFlight = new Map<RequestId, unknown>();
  const http = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    eventStore: new MemoryEvents(),
    onsessioninitialized: (id) => void sessions.set(id, http),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  child.onmessage = (message) => {
    const relatedRequestId = streamOf(message, inFlight);
    if (!('method' in message) && 'id' in message && message.id !== undefined) inFlight.delete(message.id);
    http.send(message, relatedRequestId === undefined ? undefined : { relatedRequestId }).catch(() => {});
  };
  http.onmessage = (message) => {
    if ('method' in message && 'id' in message) inFlight.set(message.id, tokenOf(message));
    void child.send(message).catch(() => {});
  };
  http.onclose = () => void child.close();
  child.onclose = () => void http.close();
  await child.start();
  return http;
}

function streamOf(message: JSONRPCMessage, inFlight: ReadonlyMap<RequestId, unknown>): RequestId | undefined {
  if (!('method' in message)) return 'id' in message ? message.id : undefined;
  const { progressToken } = (message.params ?? {}) as { progressToken?: unknown };
  const requests = [...inFlight];
  const asked = progressToken === undefined ? undefined : requests.find(([, token]) => token === progressToken);
  return (asked ?? requests.at(-1))?.[0];
}

function tokenOf(message: JSONRPCMessage): unknown {
  const { _meta } = (('params' in message ? message.params : undefined) ?? {}) as {
    _meta?: { progressToken?: unknown };
  };
  return _meta?.progressToken;
}

/** Lets a client that reconnects have what it missed. */
class MemoryEvents implements EventStore {
  readonly #events: { id: string; stream: string; message: JSONRPCMessage }[] = [];

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${stream}_${this.#events.length}`;
    this.#events.push({ id, stream, message });
    return id;
  }

  async replayEventsAfter(
    lastId: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const last = this.#events.findIndex(({ id }) => id === lastId);
    const stream = this.#events[last]?.stream ?? '';
    for (const event of this.#events.slice(last + 1)) if (event.stream === stream) await send(event.id, event.message);
    return stream;
  }
}
