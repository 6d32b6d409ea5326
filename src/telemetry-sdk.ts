import { messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';

/** Installed by those who want spans and metrics; a name and not an import, so that nobody else needs it. */
const SDK = '@opentelemetry/sdk-node';

interface SdkModule {
  NodeSDK: new () => { start(): void; shutdown(): Promise<void> };
}

/** Starts the OpenTelemetry SDK, which reads the `OTEL_*` variables itself. Returns how to end it; a missing SDK is a warning. */
export async function startTelemetry(log: Log): Promise<() => Promise<void>> {
  try {
    const { NodeSDK } = (await import(SDK)) as SdkModule;
    const sdk = new NodeSDK();
    sdk.start();
    return () => sdk.shutdown();
  } catch (thrown) {
    log.warn({ cause: messageOf(thrown) }, `OTEL_* is set, but ${SDK} cannot be used: npm install ${SDK}`);
    return async () => {};
  }
}
