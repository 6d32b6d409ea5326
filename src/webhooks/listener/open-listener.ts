import type { Server } from 'node:http';
import { sleep } from '../../core/clock.ts';
import { listenOnLoopback } from '../../core/listen-on-loopback.ts';
import { EventWorker } from './event-worker.ts';
import { Forwarder } from './forward.ts';
import type { ListenerParts } from './listener.ts';
import { Reception } from './reception.ts';
import { publicAddress } from './route.ts';
import type { RouteTable } from './route-table.ts';

/** Deliveries that are being stored get this long to be answered. */
const CLOSE_PATIENCE_MS = 100;

/** The port while this process holds it, and the work that goes with it. */
export interface OpenListener {
  readonly port: number;
  /** Begins to hand on what is pending: to be called once the routes are known, since an event without one has nowhere to go. */
  startWork(): void;
  close(): Promise<void>;
}

/** Opens the port, 0 for a free one. Rejects with `unavailable` when it is in use. */
export async function openListener(
  parts: ListenerParts,
  port: number,
  routes: RouteTable,
  refresh: () => Promise<void>,
): Promise<OpenListener> {
  const { events, secrets, certificates, clock, log, effects, retryDelaysMs } = parts;
  const forwarder = new Forwarder();
  const leaving = new AbortController();
  const worker = new EventWorker({
    events,
    effects,
    forwarder,
    clock,
    log,
    retryDelaysMs,
    routeOf: (event) => routes.of(event),
    workspaces: () => routes.workspaces,
  });
  const reception = new Reception({
    events,
    secrets,
    certificates,
    clock,
    onStored(event, { forwardTo, forwardUnverified }) {
      if (event.status === 'pending') worker.wake();
      else if (event.status === 'unverified' && forwardUnverified && forwardTo) worker.forwardOnce(event, forwardTo);
    },
  });
  const { createReceiver } = await import('./receiver.ts');
  let bound = port;
  const server = createReceiver({
    log,
    isPublicHost: (host) => routes.isPublicHost(host),
    async routeAt(path) {
      if (routes.at(path) === undefined) await refresh();
      return routes.at(path);
    },
    receive: (route, incoming) => {
      const url = publicAddress(route, bound, incoming.path);
      return reception.receive(route, { ...incoming, url }, leaving.signal);
    },
  });
  bound = await listenOnLoopback(server, port);
  // The client's session decides how long the process lives, not an open port.
  server.unref();
  server.on('error', (thrown) => log.warn({ cause: thrown.message }, 'webhook listener'));
  return {
    port: bound,
    startWork: () => worker.start(),
    async close() {
      // Together, since a server that leaves has little time: what arrives meanwhile stays pending.
      await Promise.all([closeServer(server), worker.close()]);
      leaving.abort();
      forwarder.close();
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  await Promise.race([closed, sleep(CLOSE_PATIENCE_MS)]);
  server.closeAllConnections();
}
