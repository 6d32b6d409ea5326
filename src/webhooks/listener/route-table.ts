import type { ListenerState } from './listener-registry.ts';
import type { ReceivedWebhook, Route, ServedRoute, WebhooksOf } from './route.ts';
import { secretNamesOf } from './route.ts';
import type { SecretDigest, SecretDigests } from './secret-digests.ts';

export interface RouteTableParts {
  readonly webhooksOf: WebhooksOf;
  readonly digests: Pick<SecretDigests, 'matches'>;
  /** That of this process, whose environment has its secrets. */
  readonly workspace: string;
}

/** The routes that are served now: those of workspaces in which the listener runs. */
export class RouteTable {
  readonly #parts: RouteTableParts;
  #served: ReadonlyMap<string, ServedRoute> = new Map();
  #workspaces: readonly string[] = [];
  #saved: readonly Route[] = [];
  #hosts: ReadonlySet<string> = new Set();

  constructor(parts: RouteTableParts) {
    this.#parts = parts;
  }

  async refresh({ members, routes, secrets }: ListenerState): Promise<void> {
    const served = new Map<string, ServedRoute>();
    const hosts = new Set<string>();
    const workspaces = [...new Set(members.map((member) => member.workspace))];
    for (const workspace of workspaces) {
      const webhooks = await this.#parts.webhooksOf(workspace);
      for (const route of routes.filter((each) => each.workspace === workspace)) {
        // What was removed from the configuration since is not served any more.
        const webhook = webhooks.get(route.provider);
        if (webhook !== undefined) served.set(route.path, await this.#serve(route, webhook, secrets));
        if (route.publicUrl !== undefined) hosts.add(new URL(route.publicUrl).hostname);
      }
    }
    this.#served = served;
    this.#workspaces = workspaces;
    this.#saved = routes;
    this.#hosts = hosts;
  }

  async #serve(route: Route, webhook: ReceivedWebhook, secrets: readonly SecretDigest[]): Promise<ServedRoute> {
    const { workspace, digests } = this.#parts;
    const names = secretNamesOf(route, webhook);
    if (route.workspace === workspace) return { ...route, webhook, trustedSecrets: names, otherSecrets: [] };
    const trustedSecrets: string[] = [];
    const otherSecrets: string[] = [];
    for (const secret of secrets) {
      if (secret.workspace !== route.workspace || !names.includes(secret.name)) continue;
      ((await digests.matches(secret)) ? trustedSecrets : otherSecrets).push(secret.name);
    }
    return { ...route, webhook, trustedSecrets, otherSecrets };
  }

  at(path: string): ServedRoute | undefined {
    return this.#served.get(path);
  }

  /** Those in which the listener runs; the events of others wait until it does. */
  get workspaces(): readonly string[] {
    return this.#workspaces;
  }

  /** The saved route of an event, given its path and query. */
  of({ workspace, path }: { readonly workspace: string; readonly path: string }): Route | undefined {
    const plain = path.split('?', 1)[0];
    return this.#saved.find((route) => route.workspace === workspace && route.path === plain);
  }

  isPublicHost(host: string): boolean {
    return this.#hosts.has(host);
  }
}
