import type { ListenerState } from './listener-registry.ts';
import type { Route, ServedRoute, WebhooksOf } from './route.ts';

/** The routes that are served now: those of workspaces in which the listener runs. */
export class RouteTable {
  readonly #webhooksOf: WebhooksOf;
  #served: ReadonlyMap<string, ServedRoute> = new Map();
  #workspaces: readonly string[] = [];
  #saved: readonly Route[] = [];
  #hosts: ReadonlySet<string> = new Set();

  constructor(webhooksOf: WebhooksOf) {
    this.#webhooksOf = webhooksOf;
  }

  async refresh({ members, routes }: ListenerState): Promise<void> {
    const served = new Map<string, ServedRoute>();
    const hosts = new Set<string>();
    const workspaces = [...new Set(members.map((member) => member.workspace))];
    for (const workspace of workspaces) {
      const webhooks = await this.#webhooksOf(workspace);
      for (const route of routes.filter((each) => each.workspace === workspace)) {
        // What was removed from the configuration since is not served any more.
        const webhook = webhooks.get(route.provider);
        if (webhook !== undefined) served.set(route.path, { ...route, webhook });
        if (route.publicUrl !== undefined) hosts.add(new URL(route.publicUrl).hostname);
      }
    }
    this.#served = served;
    this.#workspaces = workspaces;
    this.#saved = routes;
    this.#hosts = hosts;
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
