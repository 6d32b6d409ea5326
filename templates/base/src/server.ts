import { createApp } from './app.js';
import { readConfig } from './config.js';
import { openStore } from './store/open-store.js';
import { createLogger, nameOf } from './utils/logger.util.js';

/** Requests under way may finish within this time, in milliseconds. */
const STOP_TIMEOUT_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger();
  const store = await openStore(config.databaseUrl);
  let isReady = true;
  const app = createApp({ config, store, logger, isReady: () => isReady });
  const server = app.listen(config.port, config.host, (error?: Error) => {
    if (error !== undefined) throw error;
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    logger.info('listening', { host: config.host, port });
  });

  const stop = (signal: NodeJS.Signals) => {
    if (!isReady) return;
    isReady = false;
    logger.info('stopping', { signal });
    const timer = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS);
    server.close(() => {
      clearTimeout(timer);
      // An unclosed store loses nothing: every event was durable before it was answered.
      store.close().catch((thrown: unknown) => logger.error('store not closed', { error: nameOf(thrown) }));
    });
    server.closeIdleConnections();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : 'The server did not start.'}\n`);
  process.exitCode = 1;
});
