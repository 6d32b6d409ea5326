import type { ApiDescription } from './api-description.ts';

/** Descriptions by the digest of what they say. */
export interface DescriptionStore {
  /** Keeps a description and answers its digest. */
  save(description: ApiDescription): Promise<string>;
  /** Undefined when it is not there or was written by another version. */
  get(digest: string): Promise<ApiDescription | undefined>;
  /** Deletes what is not in use, unless it was saved within a day: what names it may still be on its way. Answers how many. */
  prune(inUse: readonly string[]): Promise<number>;
}
