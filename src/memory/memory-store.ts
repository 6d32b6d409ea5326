import type {
  ContextType,
  Link,
  Memory,
  MemoryChanges,
  MemoryVersion,
  NewMemory,
  Origin,
  StoredLink,
} from './memory.ts';

/** All conditions must hold; of several values in one, any. */
export interface DeleteFilter {
  contextTypes?: readonly ContextType[] | undefined;
  category?: string | undefined;
  tags?: readonly string[] | undefined;
  agent?: string | undefined;
  sessionId?: string | undefined;
  /** Stored at or before. */
  until?: number | undefined;
}

export interface DeleteResult {
  /** Those deleted, or that a dry run would delete, oldest first. */
  memories: Memory[];
  /** How many more fit the filter: at most `MAX_DELETED` go at a time. */
  remaining: number;
  /** Undefined for a dry run. */
  deletedAt: number | undefined;
}

export const MAX_DELETED = 1000;
export const MAX_VERSIONS = 50;

export interface StoreResult {
  memory: Memory;
  /** Id of the memory that said the same already and was refreshed; then `memory` is that one. */
  duplicateOf: string | undefined;
  /** Kinds of secrets that were masked. */
  redacted: string[];
}

export interface UpdateResult {
  memory: Memory;
  /** False when the memory said all that already. */
  isChanged: boolean;
  redacted: string[];
}

/** All conditions must hold; of several values in one, any. */
export interface SearchQuery {
  /** Words; nothing in it is syntax. Empty or `*` finds everything that passes the filters, last created first. */
  text: string;
  /** Undefined for all workspaces; otherwise this one and the global memories. */
  workspace: string | undefined;
  limit: number;
  minImportance?: number | undefined;
  contextTypes?: readonly ContextType[] | undefined;
  /** Category, tags, agent and session are compared without case. */
  category?: string | undefined;
  tags?: readonly string[] | undefined;
  /** The agent that stored it, or that its JSON content names as `agent`. */
  agent?: string | undefined;
  sessionId?: string | undefined;
  /** Bounds of `storedAt`, inclusive. */
  since?: number | undefined;
  until?: number | undefined;
  /** Also words that begin with a query word, and likely spellings of words that occur nowhere. */
  fuzzy?: boolean | undefined;
  /** A regular expression that the content must match, without regard to case. */
  regex?: string | undefined;
  /** Of the last hit seen, from the same query: continues after it, without what was stored since the first page. */
  cursor?: string | undefined;
}

export interface SearchHit {
  memory: Memory;
  /** 0 to 1; 0 where the query has no words. */
  similarity: number;
  /** The part of the content around the match, or all of a short one. */
  excerpt: string;
  /** Continues the search after this hit. */
  cursor: string;
}

export interface SearchPage {
  /** Best first, at most `limit`. */
  hits: SearchHit[];
  /** Continues after the last hit; undefined at the end. */
  nextCursor: string | undefined;
}

/**
 * What agents decided and learned. Every write that resolved survives the death of the process and is seen by the next search of every
 * process on the same store. Fails with `unavailable` when the store cannot be reached.
 */
export interface MemoryStore {
  /**
   * Masks secrets, then stores, or refreshes the memory of the same scope, type and category that says the same. Throws `invalid_input`
   * for content over `MAX_CONTENT_BYTES`, `not_found` or `conflict` for `supersedes` that is unknown or superseded already.
   */
  store(memory: NewMemory, origin: Origin): Promise<StoreResult>;

  /** Never fails because of `text`. Throws `invalid_input` for a regex that is wrong or unsafe and for a cursor of another query. */
  search(query: SearchQuery): Promise<SearchPage>;

  /** Also memories of other workspaces and superseded ones, which say so; undefined for unknown and expired ones. */
  get(id: string): Promise<Memory | undefined>;

  /** The memories of a workspace and the global ones, last stored first. */
  recent(workspace: string, limit: number): Promise<Memory[]>;

  /**
   * Masks secrets, then makes a new version; the old one is kept, up to `MAX_VERSIONS` of them. A change that changes nothing makes no
   * version. Works on memories of the origin's workspace and global ones. Throws as `store` does, `not_found` for an unknown memory and
   * `conflict` for a superseded one.
   */
  update(id: string, changes: MemoryChanges, origin: Origin): Promise<UpdateResult>;

  /** Makes a new version that says what an old one said. Throws as `update` does, `not_found` for an unknown version. */
  restore(id: string, version: number, origin: Origin): Promise<UpdateResult>;

  /** Earlier versions, newest first. */
  versions(id: string): Promise<MemoryVersion[]>;

  /** Deletes a memory of the workspace or a global one, with versions and links. Throws `not_found`. */
  delete(id: string, workspace: string, dryRun: boolean): Promise<DeleteResult>;

  /** Deletes what fits the filter in the workspace, superseded ones too, global ones not. Throws `invalid_input` for an empty filter. */
  deleteAll(filter: DeleteFilter, workspace: string, dryRun: boolean): Promise<DeleteResult>;

  /** Links two memories of the workspace or global ones; false when they are linked so already. Throws `not_found`. */
  link(link: Link, origin: Origin): Promise<boolean>;

  /** False when there was no such link. */
  unlink(link: Link, workspace: string): Promise<boolean>;

  /** Links from and to a memory, oldest first. */
  links(id: string): Promise<StoredLink[]>;
}
