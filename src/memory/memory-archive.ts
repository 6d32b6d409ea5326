import type { Link, Memory, MemoryVersion } from './memory.ts';

/** A memory with its history, as an export holds it. */
export interface ArchivedMemory extends Memory {
  versions: MemoryVersion[];
}

export interface ArchivedLink extends Link {
  agent: string;
  createdAt: number;
}

export type ArchiveRecord = { memory: ArchivedMemory } | { link: ArchivedLink };

export interface ImportResult {
  imported: number;
  /** Those that were there already, under the same id or as the same link. */
  skipped: number;
  /** Kinds of secrets that were masked. */
  redacted: string[];
}

export interface WorkspaceStats {
  workspace: string;
  memories: number;
  superseded: number;
  agents: number;
  oldest: number;
  newest: number;
}

export interface MemoryStats {
  workspaces: WorkspaceStats[];
  versions: number;
  links: number;
  /** Expired and not yet deleted. */
  expired: number;
  bytes: number;
}

/** Memories that nearly say the same; the first is the oldest. */
export interface SimilarGroup {
  similarity: number;
  memories: { id: string; summary: string; agent: string; timesStored: number }[];
}

export interface MaintenanceResult {
  expired: number;
  /** Deleted because their workspace held more than the limit. */
  overLimit: number;
}

/** All memories of the store at once: for backups, moves and upkeep. Times in milliseconds, sizes in bytes. */
export interface MemoryArchive {
  /** Every memory of one or all workspaces, oldest first, then the links. */
  export(workspace: string | undefined): AsyncIterable<ArchiveRecord[]>;

  /** How many records an export has, about. */
  size(workspace: string | undefined): Promise<number>;

  /** Adds what is not there yet, under its own id and times, masked as `MemoryStore.store` does. All or nothing. */
  import(records: readonly ArchiveRecord[]): Promise<ImportResult>;

  stats(): Promise<MemoryStats>;

  /** Groups of memories of one workspace whose words are nearly the same; changes nothing. `similarity` from 0.5 to 1. */
  similar(workspace: string, similarity: number): Promise<SimilarGroup[]>;

  /**
   * Deletes what has expired, and of workspaces over the limit the superseded, then the least important and oldest memories. In small
   * steps: other writers are not kept waiting.
   */
  maintain(limit: number | undefined): Promise<MaintenanceResult>;

  /** Merges the text index and gives free space back; answers the size of the file before and after. */
  vacuum(): Promise<{ before: number; after: number }>;
}
