import type { Facts } from './facts.ts';
import type { Random } from './random.ts';
import type { Answer, ServerUnderSoak } from './server-under-soak.ts';
import type { Services } from './services.ts';

/** What an action acts on. */
export interface Scene {
  server: ServerUnderSoak;
  random: Random;
  facts: Facts;
  services: Services;
  webhookUrl: string;
  /** A name that nothing else has. */
  unique(kind: string): string;
}

export type Action = (scene: Scene) => Promise<void>;

/** Calls a tool whose arguments are right: what the service refuses is no fault of ours, a refusal of the arguments is. */
export async function callRight(
  { server, facts }: Pick<Scene, 'server' | 'facts'>,
  tool: string,
  args: Record<string, unknown>,
): Promise<Answer | undefined> {
  const answer = await server.call(tool, args);
  const code = answer?.isError === true ? String(answer.body['code']) : '';
  if (/^(?:invalid_input|not_configured|unauthorized)$/.test(code)) {
    facts.problem(`${tool} refused what is right: ${JSON.stringify(answer?.body)}`);
  }
  return answer;
}
