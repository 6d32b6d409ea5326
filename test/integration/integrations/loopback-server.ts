import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { onTestFinished } from 'vitest';

export interface LoopbackServer {
  url: URL;
  port: number;
  /** Every connection ever accepted, in order. */
  sockets: Socket[];
  /** Requests whose head has arrived. */
  requests: IncomingMessage[];
}

/** An HTTP server on loopback that ends with the test. */
export async function serve(
  answer: (req: IncomingMessage, res: ServerResponse) => void | Promise<void>,
): Promise<LoopbackServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    requests.push(req);
    void answer(req, res);
  });
  return { ...(await listen(server)), requests };
}

/** A server without a protocol: the test decides about every byte. */
export async function serveBytes(onConnection: (socket: Socket) => void): Promise<LoopbackServer> {
  return { ...(await listen(createTcpServer(onConnection))), requests: [] };
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: Server): Promise<Omit<LoopbackServer, 'requests'>> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/v1/things`), port, sockets };
}
