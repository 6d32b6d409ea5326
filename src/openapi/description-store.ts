import type { ApiDescription } from './api-description.ts';

/** Descriptions by the digest of what they say. */
export interface DescriptionStore {
  /** Keeps a description and answers its digest. */
  save(description: ApiDescription): Promise<string>;
  /** Undefined when it is not there or was written by another version. */
  get(digest: string): Promise<ApiDescription | undefined>;
}
