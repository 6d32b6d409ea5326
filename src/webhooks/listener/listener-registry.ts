import type { Route } from './route.ts';
import type { SecretDigest } from './secret-digests.ts';

/** A process that keeps the listener running for a workspace. */
export interface Member {
  readonly workspace: string;
  /** As `newProcessName` makes it. */
  readonly process: string;
}

export interface ListenerState {
  /** The port that was opened last; undefined before the first. */
  readonly port: number | undefined;
  /** The living process that holds the port. */
  readonly owner: string | undefined;
  /** Those alive. The listener runs as long as there is one. */
  readonly members: readonly Member[];
  /** Members that ended without leaving, a while ago at most: `joinedAt` in milliseconds since the epoch. */
  readonly dead: readonly { readonly workspace: string; readonly joinedAt: number }[];
  /** Of all workspaces, also those without members. */
  readonly routes: readonly Route[];
  /** Of the webhook secrets of every workspace. */
  readonly secrets: readonly SecretDigest[];
}

/** What the processes of this machine agree on about the one listener. Holds names of variables and digests, never secrets. */
export interface ListenerRegistry {
  read(): Promise<ListenerState>;
  /**
   * Makes the process a member and replaces the workspace's routes. Throws `conflict` while the listener runs on another port, or for a
   * path that another workspace with members has.
   */
  join(member: Member, port: number, routes: readonly Route[]): Promise<void>;
  /** Makes the process a member of a workspace that has one already. */
  follow(member: Member): Promise<void>;
  /** Says which secrets a workspace has, in place of what was said before. */
  vouch(workspace: string, secrets: readonly SecretDigest[]): Promise<void>;
  /** Records that the process holds the port. */
  own(process: string, port: number): Promise<void>;
  /** The process holds nothing and keeps nothing running any more. */
  leave(process: string): Promise<void>;
  /** Ends it for a workspace, in every process. */
  stop(workspace: string): Promise<void>;
}
