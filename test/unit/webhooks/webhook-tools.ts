import { silentLog } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';
import type { Tool, ToolContext } from '../../../src/core/tool.ts';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import type { ConfiguredWebhook, ConfiguredWebhooks } from '../../../src/integrations/configured-webhooks.ts';
import { callTool } from '../../../src/tools/call-tool.ts';
import type { Certificate } from '../../../src/webhooks/certificate.ts';
import { NOW_MS, samples } from './deliveries.ts';

export interface WebhookDeps {
  webhooks: ConfiguredWebhooks;
  certificates: { get(url: URL, signal: AbortSignal): Promise<Certificate> };
  secrets: { get(name: string): string | undefined };
  clock: { now(): number };
}

const context: ToolContext = {
  signal: new AbortController().signal,
  caller: { workspace: '/project', agent: 'test', sessionId: undefined },
  progress: () => {},
  confirm: () => Promise.reject(new Error('a read tool asks nobody')),
};

/** The catalogue as an unconfigured workspace has it, with changes. */
export function webhooksOf(changes: Record<string, Partial<ConfiguredWebhook>> = {}): ConfiguredWebhooks {
  const known = new Map<string, ConfiguredWebhook>();
  for (const [name, { webhook }] of catalogue) {
    if (webhook?.scheme === undefined) continue;
    known.set(name, { ...webhook, scheme: webhook.scheme, secretNames: [webhook.defaultSecretEnv], ...changes[name] });
  }
  return { list: async (workspace) => (workspace === '/project' ? known : new Map()) };
}

/** Calls a tool as the server does; answers the structured part, or the parsed text of an error. No secret may be in it. */
export async function callWebhookTool(
  tool: Tool<WebhookDeps>,
  args: object,
  environment: Record<string, string>,
  deps: Partial<WebhookDeps> = {},
): Promise<Record<string, unknown>> {
  const all: WebhookDeps = {
    webhooks: webhooksOf(),
    certificates: { get: async () => ({ problem: 'There is no network here.' }) },
    secrets: { get: (name) => environment[name] },
    clock: { now: () => NOW_MS },
    ...deps,
  };
  const options = { deps: all, redactor: new Redactor(), log: silentLog };
  const { text, structured } = await callTool(tool, args, context, options);
  for (const secret of [...Object.values(environment), ...samples.map((sample) => sample.secret)]) {
    if (text.includes(secret)) throw new Error('The answer shows a secret');
  }
  return structured ?? (JSON.parse(text) as Record<string, unknown>);
}
