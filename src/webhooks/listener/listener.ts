import type { Clock } from '../../core/clock.ts';
import { sleep } from '../../core/clock.ts';
import { AppError, messageOf } from '../../core/errors.ts';
import { isPortFree } from '../../core/listen-on-loopback.ts';
import type { Log } from '../../core/log.ts';
import { newProcessName } from '../../core/process-name.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { CertificateSource } from '../certificate.ts';
import type { EventEffects } from '../effects.ts';
import type { EventLog } from '../event-log.ts';
import type { ListenerRegistry } from './listener-registry.ts';
import type { OpenListener } from './open-listener.ts';
import { openListener } from './open-listener.ts';
import type { Route, WebhooksOf } from './route.ts';
import { checkRoutes } from './route.ts';
import { RouteRefresh } from './route-refresh.ts';
import { RouteTable } from './route-table.ts';
import { SecretDigests } from './secret-digests.ts';
import { vouch } from './vouch.ts';

const DEFAULT_PORT = 4747;
/** How soon a process notices that the port is free, or that the listener was stopped elsewhere. */
const LOOK_EVERY_MS = 1_000;
/** Another process may be opening the port just now. */
const OPEN_TRIES = 8;
const OPEN_PAUSE_MS = 100;

export interface ListenerParts {
  readonly registry: ListenerRegistry;
  readonly events: EventLog;
  readonly webhooksOf: WebhooksOf;
  readonly secrets: Secrets;
  readonly certificates: CertificateSource;
  readonly effects: readonly EventEffects[];
  /** That of this process. */
  readonly workspace: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly retryDelaysMs?: readonly number[] | undefined;
}

export interface ListenerStatus {
  /** `running`: this process holds the port; `running_elsewhere`: another one does, for this workspace too. */
  readonly state: 'running' | 'running_elsewhere' | 'stopped';
  /** The one that was used last, while stopped. */
  readonly port: number | undefined;
  /** Of this workspace; saved ones while it is stopped. */
  readonly routes: readonly Route[];
}

/**
 * The one webhook listener of this machine as one process takes part in it. The port itself is the lock: whoever can open it owns it.
 * Every process of a workspace in which it runs tries to, once a second, so that it outlives any one of them.
 */
export class WebhookListener {
  readonly #parts: ListenerParts;
  readonly #process = newProcessName();
  readonly #createdAt: number;
  readonly #digests: SecretDigests;
  readonly #routes: RouteTable;
  readonly #refresh: RouteRefresh;
  #open: OpenListener | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What runs now; one thing at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #hasJoined = false;
  #isClosed = false;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
    this.#createdAt = parts.clock.now();
    const { webhooksOf, workspace, secrets } = parts;
    this.#digests = new SecretDigests(secrets);
    this.#routes = new RouteTable({ webhooksOf, workspace, digests: this.#digests });
    this.#refresh = new RouteRefresh(this.#routes, parts.registry);
  }

  /** Takes part from now on, as soon as it runs in this workspace. @param mayLook false while there is no database to look into. */
  watch(mayLook: () => boolean): void {
    this.#timer = setInterval(() => {
      if (mayLook()) this.#exclusively(() => this.#look()).catch((thrown: unknown) => this.#debug(thrown));
    }, LOOK_EVERY_MS).unref();
  }

  /**
   * Runs it with these routes in place of the workspace's earlier ones. Throws `invalid_input` or `not_allowed` for a route that cannot
   * be served, `conflict` for another workspace's path or a running listener's other port, `unavailable` for a port in use.
   */
  start(port: number | undefined, routes: readonly Route[]): Promise<ListenerStatus> {
    return this.#exclusively(async () => {
      if (this.#isClosed) throw new AppError('unavailable', 'The server is shutting down.');
      await this.#openOrJoin(port, routes);
      await this.#look();
      return this.#status();
    });
  }

  /** Ends it for this workspace, in every process. */
  stop(): Promise<ListenerStatus> {
    return this.#exclusively(async () => {
      await this.#parts.registry.stop(this.#parts.workspace);
      await this.#look();
      return this.#status();
    });
  }

  status(): Promise<ListenerStatus> {
    return this.#exclusively(async () => {
      await this.#look();
      return this.#status();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    await this.#exclusively(async () => {
      if (this.#hasJoined) await this.#release();
    }).catch((thrown: unknown) => this.#debug(thrown));
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Brings this process into line with what the registry says. */
  async #look(): Promise<void> {
    const { registry, workspace } = this.#parts;
    const state = await registry.read();
    if (this.#open !== undefined) {
      if (state.members.length === 0) return this.#release();
      if (state.owner !== this.#process) await registry.own(this.#process, this.#open.port);
      await vouch(this.#parts, this.#digests, state.routes, state);
      return this.#refresh.now();
    }
    const member = { workspace, process: this.#process };
    // One that was killed right after it had begun, before this process looked: it runs all the same.
    const isLeft = state.dead.some((other) => other.workspace === workspace && other.joinedAt >= this.#createdAt);
    const isRunning = isLeft || state.members.some((other) => other.workspace === workspace);
    if (!isRunning || state.port === undefined || this.#isClosed) return;
    const isMember = state.members.some(({ process }) => process === this.#process);
    await vouch(this.#parts, this.#digests, state.routes, isMember ? state : undefined);
    this.#hasJoined = true;
    if (!isMember) await registry.follow(member);
    // What an owner that was killed leaves behind can look alive; the port cannot.
    if (await isPortFree(state.port)) await this.#tryOpen(state.port);
  }

  async #openOrJoin(wanted: number | undefined, routes: readonly Route[]): Promise<void> {
    const { registry, workspace } = this.#parts;
    const join = async (port: number) => {
      const checked = checkRoutes(routes, port);
      await vouch(this.#parts, this.#digests, checked);
      this.#hasJoined = true;
      return registry.join({ workspace, process: this.#process }, port, checked);
    };
    for (let tries = 1; ; tries += 1) {
      const state = await registry.read();
      const running = this.#open?.port ?? (state.owner === undefined ? undefined : state.port);
      if (running !== undefined) return join(wanted || running);
      const failure = await this.#tryOpen(wanted ?? state.port ?? DEFAULT_PORT, join);
      if (failure === undefined) return;
      if (tries >= OPEN_TRIES) throw failure;
      await sleep(OPEN_PAUSE_MS);
    }
  }

  /** The failure where the port is in use. @param beforeOwning what must succeed for the port to be kept. */
  async #tryOpen(port: number, beforeOwning?: (opened: number) => Promise<void>): Promise<AppError | undefined> {
    const { registry, log } = this.#parts;
    let open: OpenListener;
    try {
      open = await openListener(this.#parts, port, this.#routes, () => this.#refresh.soon());
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'unavailable') return thrown;
      throw thrown;
    }
    try {
      await beforeOwning?.(open.port);
      await registry.own(this.#process, open.port);
      await this.#refresh.now();
    } catch (thrown) {
      await open.close();
      throw thrown;
    }
    this.#open = open;
    open.startWork();
    log.info({ port: open.port }, 'webhook listener opened');
    return undefined;
  }

  async #release(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.close();
    await this.#parts.registry.leave(this.#process);
  }

  async #status(): Promise<ListenerStatus> {
    const { registry, workspace } = this.#parts;
    const { port, owner, members, routes } = await registry.read();
    const own = routes.filter((route) => route.workspace === workspace);
    const isRunning = members.some((member) => member.workspace === workspace);
    if (!isRunning) return { state: 'stopped', port, routes: own };
    if (this.#open !== undefined) return { state: 'running', port: this.#open.port, routes: own };
    return { state: owner === undefined ? 'stopped' : 'running_elsewhere', port, routes: own };
  }

  #debug(thrown: unknown): void {
    this.#parts.log.debug({ cause: messageOf(thrown) }, 'webhook listener not looked after');
  }
}
