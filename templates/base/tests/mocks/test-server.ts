import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createApp } from '../../src/app.js';
import type { Config } from '../../src/config.js';
import type { IntegrationStore } from '../../src/store/store.js';
import { createLogger } from '../../src/utils/logger.util.js';
import type { SignedDelivery } from './webhook.mock.js';

export interface TestServer {
  url: string;
  close(): Promise<void>;
}

/** On a free port of the loopback interface. */
export async function listen(handler: RequestListener): Promise<TestServer> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

/** The address that the provider signs: the server itself listens on another port. */
export const PUBLIC_URL = 'https://hooks.example.com';

export interface TestApp extends TestServer {
  /** Everything that was logged. */
  logged(): string;
  post(path: string, delivery: Pick<SignedDelivery, 'headers' | 'body'>): Promise<number>;
}

/** The real app over HTTP. */
export async function startApp(store: IntegrationStore, webhookSecret: string): Promise<TestApp> {
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    allowedOrigins: [],
    webhookSecrets: [webhookSecret],
    publicUrl: PUBLIC_URL,
    databaseUrl: '',
  };
  const lines: string[] = [];
  const server = await listen(createApp({ config, store, logger: createLogger((line) => void lines.push(line)) }));
  return {
    ...server,
    logged: () => lines.join(''),
    async post(path, { headers, body }) {
      const response = await fetch(server.url + path, { method: 'POST', headers, body });
      await response.arrayBuffer();
      return response.status;
    },
  };
}
