import type { ListenerState } from './listener-registry.ts';
import type { Route, ServedRoute, WebhooksOf } from './route.ts';

/** The routes that are served now: those of workspaces in which the listener runs. */
export class RouteTable {
  readonly #webhooksOf: WebhooksOf;
  #served: ReadonlyMap<string, ServedRoute> = new Map();
  #hosts: ReadonlySet<string> = new Set();

  constructor(webhooksOf: WebhooksOf) {
    this.#webhooksOf = webhooksOf;
  }

  async refresh({ members, routes }: ListenerState): Promise<void> {
    const served = new Map<string, ServedRoute>();
    const hosts = new Set<string>();
    for (const workspace of new Set(members.map((member) => member.workspace))) {
      const webhooks = await this.#webhooksOf(workspace);
      for (const route of routes.filter((each) => each.workspace === workspace)) {
        // What was removed from the configuration since is not served any more.
        const webhook = webhooks.get(route.provider);
        if (webhook !== undefined) served.set(route.path, { ...route, webhook });
        if (route.publicUrl !== undefined) hosts.add(new URL(route.publicUrl).hostname);
      }
    }
    this.#served = served;
    this.#hosts = hosts;
  }

  at(path: string): ServedRoute | undefined {
    return this.#served.get(path);
  }

  /** The route of an event, given its path and query. */
  of({ workspace, path }: { readonly workspace: string; readonly path: string }): Route | undefined {
    const route = this.#served.get(path.split('?', 1)[0] ?? path);
    return route?.workspace === workspace ? route : undefined;
  }

  isPublicHost(host: string): boolean {
    return this.#hosts.has(host);
  }
}
