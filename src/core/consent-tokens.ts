import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Tokens of this process, each bound to a subject and a time. They hold no secret and prove only that this process made them. */
export class ConsentTokens {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  /** Those redeemed that have not expired, with their end. */
  readonly #redeemed = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(subject: unknown, lifetimeMs: number): { token: string; expiresAt: number } {
    const expiresAt = this.#clock.now() + lifetimeMs;
    return { token: this.#sign(String(expiresAt), subject), expiresAt };
  }

  /** As `issue`, for one use. */
  issueOnce(subject: unknown, lifetimeMs: number): string {
    const nonce = randomBytes(12).toString('base64url');
    return this.#sign(`${this.#clock.now() + lifetimeMs}-${nonce}`, subject);
  }

  isValid(token: string, subject: unknown): boolean {
    const [head = ''] = token.split('.', 1);
    if (!(endOf(head) >= this.#clock.now())) return false;
    const expected = Buffer.from(this.#sign(head, subject));
    const given = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** True for a valid token, the first time. */
  redeem(token: string, subject: unknown): boolean {
    const now = this.#clock.now();
    for (const [old, end] of this.#redeemed) if (end < now) this.#redeemed.delete(old);
    if (this.#redeemed.has(token) || !this.isValid(token, subject)) return false;
    this.#redeemed.set(token, endOf(token));
    return true;
  }

  #sign(head: string, subject: unknown): string {
    const mac = createHmac('sha256', this.#key).update(`${head}.${JSON.stringify(subject)}`);
    return `${head}.${mac.digest('base64url')}`;
  }
}

function endOf(token: string): number {
  const [digits] = /^\d{1,15}(?=[-.]|$)/.exec(token) ?? [];
  return digits === undefined ? Number.NaN : Number(digits);
}
