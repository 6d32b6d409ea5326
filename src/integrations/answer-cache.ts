/** The last good answer of reads that opted in, kept for the time when the service cannot be asked. */
export interface AnswerCache {
  /** @param scope identifies integration, operation and input. */
  put(scope: string, answer: unknown): Promise<void>;
  get(scope: string): Promise<CachedAnswer | undefined>;
}

export interface CachedAnswer {
  answer: unknown;
  /** Milliseconds since the epoch. */
  at: number;
}
