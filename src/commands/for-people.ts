import { tools } from '../tools/registry.ts';

/** Tools and arguments of which the command line has a form of its own. */
const ON_COMMAND_LINE: ReadonlyMap<string, string> = new Map([
  ['list_webhook_events', 'breakwater webhooks list'],
  ['replay_webhook', 'breakwater webhooks replay'],
  ['verify_webhook', 'breakwater webhooks verify'],
  ['webhook_listener', 'breakwater webhooks listen'],
  ['breaker_status', 'breakwater breakers list'],
  ['control_breaker', 'breakwater breakers'],
  ['list_integrations', 'breakwater status'],
  ['event_id', '--event'],
  ['for_ms', '--for'],
  ['forward_to', '--forward-to'],
  ['public_url', '--public-url'],
  ['secret_env', '--secret-env'],
  ['state_url', '--state-url'],
  ['tolerance_s', '--tolerance'],
]);

const TOOL_NAMES: ReadonlySet<string> = new Set(tools.map(({ name }) => name));

/** What is said to agents, for a person: with commands and options in place of tools and arguments. */
export function forPeople(text: string): string {
  const translated = text.replaceAll(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) => ON_COMMAND_LINE.get(name) ?? name);
  const [tool] = (translated.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? []).filter((name) => TOOL_NAMES.has(name));
  return tool === undefined ? translated : `${translated} An agent does that: ${tool} is a tool.`;
}
