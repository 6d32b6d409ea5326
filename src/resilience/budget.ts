const CAPACITY = 20;
const REFUND_PER_SUCCESS = 0.1;

/**
 * Retry budget of one host: every retry costs a token, a retry that succeeds gives it back, every success at first try gives a tenth.
 * While a service is down the tokens run out and calls fail after one attempt, so that retries do not multiply the load.
 */
export class RetryBudget {
  #tokens = CAPACITY;

  get tokens(): number {
    return this.#tokens;
  }

  /** Takes a token for one retry; false when none is left. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** @param attempts how many attempts the successful call took. */
  reward(attempts: number): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + (attempts > 1 ? 1 : REFUND_PER_SUCCESS));
  }
}
