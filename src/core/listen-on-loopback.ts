import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { AppError, codeOf } from './errors.ts';

/**
 * Opens a port on loopback, 0 for a free one, and resolves with it. Rejects with `unavailable` when the port is in use or forbidden,
 * with `invalid_input` when it is no port.
 */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown) => reject(toListenError(thrown, port));
    server.once('error', fail);
    try {
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    } catch (thrown) {
      fail(thrown);
    }
  });
}

/** Whether nobody holds a port of loopback now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listenOnLoopback(server, port);
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}

function toListenError(thrown: unknown, port: number): unknown {
  const code = codeOf(thrown);
  if (code === 'EADDRINUSE') {
    return new AppError('unavailable', `Port ${port} is in use.`, {
      hint: 'Choose another port, or 0 for a free one.',
      details: { port },
    });
  }
  if (code === 'EACCES') {
    return new AppError('unavailable', `Port ${port} may not be opened by this user.`, {
      hint: 'Choose a port above 1023, or 0 for a free one.',
      details: { port },
    });
  }
  if (code !== 'ERR_SOCKET_BAD_PORT') return thrown;
  return new AppError('invalid_input', `${port} is not a port.`, { hint: 'Choose a number from 0 to 65535.' });
}
