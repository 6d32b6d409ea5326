import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Prompt } from '../core/prompt.ts';
import type { Redactor } from '../core/redact.ts';
import type { Resource } from '../core/resource.ts';
import type { Caller } from '../core/tool.ts';
import type { Confirmations } from '../tools/confirmation.ts';
import type { OfferedTools } from '../tools/offer-tools.ts';

/** What is served. */
export interface Toolbox<Deps> {
  tools: OfferedTools<Deps>;
  resources: readonly Resource<Deps>[];
  prompts: readonly Prompt<Deps>[];
  /** A text that changes with everything that is stored, by any process; asked twice a second. */
  version(): Promise<string>;
  deps: Deps;
  confirmations: Confirmations;
  close(): Promise<void>;
}

export interface ServingParts<Deps> {
  version: string;
  instructions: string;
  /** What is known of the caller; an empty agent is replaced by the client's name. */
  caller: Caller;
  redactor: Redactor;
  log: Log;
  /** True where the caller's workspace is only a guess: then the client's first root is the workspace. */
  asksForRoots: boolean;
  /**
   * Called at the first use of a tool, resource or prompt, so that a client is welcomed before anything heavy is loaded, and again when
   * the client works elsewhere.
   * @param root the folder that the client works in, where it was asked for and is known
   */
  load(root: string | undefined): Promise<Toolbox<Deps>>;
}

/** What the client behind an edge can be asked and told. */
export interface Peer {
  /** The folder that the client works in, as an absolute path; rejects where it does not say in time. */
  firstRoot(timeoutMs: number): Promise<string | undefined>;
  notifyListChanged(): Promise<void>;
}

/** A client that does not tell its folder at once must not hold up its own request. */
const ROOTS_TIMEOUT_MS = 1_000;
const LATE_ROOTS_TIMEOUT_MS = 60_000;

/** The folder that the client works in, and what was loaded for it. */
export class Workplace<Deps> {
  readonly #parts: ServingParts<Deps>;
  readonly #peer: Peer;
  readonly #settled: () => Promise<unknown>;
  #loading: Promise<Toolbox<Deps>> | undefined;
  #root: string | undefined;

  /** @param settled resolves when what is in flight now has ended */
  constructor(parts: ServingParts<Deps>, peer: Peer, settled: () => Promise<unknown>) {
    this.#parts = parts;
    this.#peer = peer;
    this.#settled = settled;
  }

  toolbox(): Promise<Toolbox<Deps>> {
    this.#loading ??= this.#load().catch((thrown: unknown) => {
      // What could not be loaded now may be there at the next call.
      this.#loading = undefined;
      throw thrown;
    });
    return this.#loading;
  }

  caller(agent: string | undefined): Caller {
    const { caller } = this.#parts;
    return { ...caller, workspace: this.#root ?? caller.workspace, agent: caller.agent || (agent ?? 'unknown') };
  }

  /** Looks again where the client works. What comes next is served there; what is in flight ends where it began. Never rejects. */
  async changed(): Promise<void> {
    const before = this.#loading;
    if (!this.#parts.asksForRoots || before === undefined) return;
    const root = await this.#askForRoot(LATE_ROOTS_TIMEOUT_MS);
    if (root === this.#root || before !== this.#loading) return;
    this.#root = root;
    this.#loading = undefined;
    await this.#settled();
    await before.then((toolbox) => toolbox.close()).catch(() => {});
    await this.#peer.notifyListChanged().catch(() => {});
  }

  async #load(): Promise<Toolbox<Deps>> {
    if (this.#parts.asksForRoots) this.#root = await this.#askForRoot(ROOTS_TIMEOUT_MS, () => void this.changed());
    return this.#parts.load(this.#root);
  }

  async #askForRoot(timeoutMs: number, onSilence?: () => void): Promise<string | undefined> {
    try {
      return await this.#peer.firstRoot(timeoutMs);
    } catch (thrown) {
      const workspace = this.#root ?? this.#parts.caller.workspace;
      this.#parts.log.warn({ workspace, cause: messageOf(thrown) }, 'the client did not tell its roots');
      onSilence?.();
      return this.#root;
    }
  }
}
