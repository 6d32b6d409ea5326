import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stopLater } from './setup.ts';

export interface Received {
  body: Buffer;
  headers: IncomingMessage['headers'];
}

export interface Receiver {
  url: string;
  received: Received[];
  server: Server;
}

/** Answers with the statuses in order, then with 200; a status of 0 drops the connection. */
export async function startReceiver(statuses: number[] = []): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    received.push({ body: Buffer.concat(chunks), headers: req.headers });
    const status = statuses.shift() ?? 200;
    if (status === 0) req.socket.destroy();
    else res.writeHead(status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stopLater({
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received, server };
}
