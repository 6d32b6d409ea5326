import type { Secrets } from '../../core/secrets.ts';
import type { ListenerRegistry, ListenerState } from './listener-registry.ts';
import type { Route, WebhooksOf } from './route.ts';
import { secretNamesOf } from './route.ts';
import type { SecretDigests } from './secret-digests.ts';

export interface VouchParts {
  readonly registry: ListenerRegistry;
  readonly webhooksOf: WebhooksOf;
  readonly secrets: Secrets;
  readonly workspace: string;
}

/**
 * Tells whoever holds the port which values the secrets of this workspace have.
 * @param known what was said before and suffices while no name is missing; undefined where the environment of this process counts.
 */
export async function vouch(
  { registry, webhooksOf, secrets, workspace }: VouchParts,
  digests: SecretDigests,
  routes: readonly Route[],
  known?: ListenerState,
): Promise<void> {
  const webhooks = await webhooksOf(workspace);
  const names = routes.flatMap((route) => {
    const webhook = route.workspace === workspace ? webhooks.get(route.provider) : undefined;
    return webhook === undefined ? [] : secretNamesOf(route, webhook);
  });
  const own = [...new Set(names)].filter((name) => secrets.get(name) !== undefined);
  const isKnown = (name: string) => known?.secrets.some((said) => said.workspace === workspace && said.name === name);
  if (known !== undefined && own.every(isKnown)) return;
  await registry.vouch(workspace, await digests.make(workspace, own));
}
