export const CONTEXT_TYPES = [
  'directive',
  'information',
  'heading',
  'decision',
  'code_pattern',
  'requirement',
  'error',
  'todo',
  'insight',
  'preference',
] as const;
export type ContextType = (typeof CONTEXT_TYPES)[number];

/** Most bytes of UTF-8 that the content of one memory may have. */
export const MAX_CONTENT_BYTES = 65_536;

/** Where a memory comes from, as the server knows it. */
export interface Origin {
  workspace: string;
  agent: string;
  sessionId: string | undefined;
}

export interface NewMemory {
  /** Text, or JSON text whose values and keys become searchable. */
  content: string;
  contextType: ContextType;
  category?: string | undefined;
  tags: readonly string[];
  /** 1 to 10. */
  importance: number;
  /** Default: the beginning of the content. */
  summary?: string | undefined;
  ttlSeconds?: number | undefined;
  /** Visible in every workspace. */
  isGlobal: boolean;
  /** Id of a memory that this one corrects: it is kept, and no longer found by searches. */
  supersedes?: string | undefined;
}

/** A stored memory. Times are in milliseconds since the epoch; texts are free of secrets, control characters and terminal escapes. */
export interface Memory {
  /** ULID. */
  id: string;
  content: string;
  summary: string;
  contextType: ContextType;
  category: string | undefined;
  tags: string[];
  importance: number;
  workspace: string;
  isGlobal: boolean;
  agent: string;
  sessionId: string | undefined;
  createdAt: number;
  /** When it was last stored: later than `createdAt` when duplicates of it came in. */
  storedAt: number;
  /** How often it was stored, duplicates included. */
  timesStored: number;
  expiresAt: number | undefined;
  /** Id of the memory that corrects this one. */
  supersededBy: string | undefined;
  /** 1 until it is updated. */
  version: number;
  updatedAt: number | undefined;
}

/** Fields to change; absent ones stay as they are. */
export interface MemoryChanges {
  content?: string | undefined;
  contextType?: ContextType | undefined;
  /** '' for none. */
  category?: string | undefined;
  tags?: readonly string[] | undefined;
  importance?: number | undefined;
  /** '' for the beginning of the content. */
  summary?: string | undefined;
  /** '' for none. */
  sessionId?: string | undefined;
  isGlobal?: boolean | undefined;
  /** Id of a memory that this one corrects. */
  supersedes?: string | undefined;
  /** From now on; null keeps the memory for ever. */
  ttlSeconds?: number | null | undefined;
}

/** What a memory said before an update. */
export type MemoryVersion = Omit<
  Memory,
  'id' | 'workspace' | 'createdAt' | 'storedAt' | 'timesStored' | 'expiresAt' | 'supersededBy' | 'updatedAt'
> & { savedAt: number };

export const RELATIONSHIPS = [
  'relates_to',
  'parent_of',
  'child_of',
  'references',
  'supersedes',
  'implements',
  'example_of',
] as const;
export type Relationship = (typeof RELATIONSHIPS)[number];

/** A directed link between two memories; it describes and has no effect on searches. */
export interface Link {
  fromId: string;
  toId: string;
  relationship: Relationship;
}

export interface StoredLink extends Link {
  /** Who made it, and when. */
  agent: string;
  createdAt: number;
}
