import type { ToolContext } from '../core/tool.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { CallContext } from '../integrations/sender.ts';

/** Who asks, for which integration of Stripe, and with which consent. */
export interface PaymentCall {
  integration: string | undefined;
  confirmToken: string | undefined;
  context: ToolContext;
}

export async function resolveStripe(integrations: Integrations, call: PaymentCall): Promise<CallContext> {
  const { integration, confirmToken, context } = call;
  const report = await integrations.resolve(context.caller.workspace, 'stripe', integration);
  return {
    provider: report.provider,
    integration: report.integration,
    signal: context.signal,
    progress: (message) => context.progress(message),
    confirm: (message, subject) => context.confirm({ message, subject, token: confirmToken }),
  };
}
