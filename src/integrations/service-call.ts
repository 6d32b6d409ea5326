import type { ToolContext } from '../core/tool.ts';
import type { IntegrationReport } from './integration-report.ts';
import type { Integrations } from './integrations.ts';
import type { CallContext } from './sender.ts';

/** Who asks, for which integration of a service, and with which consent. */
export interface ServiceCall {
  /** Undefined means the service's only one. */
  integration: string | undefined;
  confirmToken: string | undefined;
  context: ToolContext;
}

/** As `Integrations.resolve`. */
export async function resolveCall(
  integrations: Integrations,
  service: string,
  { integration, confirmToken, context }: ServiceCall,
): Promise<CallContext> {
  const report = await integrations.resolve(context.caller.workspace, service, integration);
  return toCallContext(report, confirmToken, context);
}

export function toCallContext(
  { integration, provider }: IntegrationReport,
  confirmToken: string | undefined,
  context: ToolContext,
): CallContext {
  return {
    provider,
    integration,
    signal: context.signal,
    progress: (message) => context.progress(message),
    confirm: (message, subject) => context.confirm({ message, subject, token: confirmToken }),
  };
}
