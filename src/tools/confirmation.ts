import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { ConfirmRequest } from '../core/tool.ts';

/** Asks the person at the client; undefined where the client cannot ask. */
export type Elicit = (message: string) => Promise<'accept' | 'decline' | 'cancel'>;

const TOKEN_LIFETIME_MS = 5 * 60_000;

/**
 * Consent to a write in live mode. A person is asked where the client can ask; what they decline stays declined. Only for other
 * clients there is a token, bound to the exact subject: a second look, not a person's consent.
 */
export class Confirmations {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How a tool asks for consent during one request. */
  confirmWith(elicit: Elicit | undefined): (request: ConfirmRequest) => Promise<void> {
    return (request) => this.confirm(request, elicit);
  }

  /** Resolves on consent; throws `not_allowed` otherwise. */
  async confirm({ message, subject, token }: ConfirmRequest, elicit: Elicit | undefined): Promise<void> {
    if (elicit === undefined) return this.#checkToken(message, subject, token);
    const answer = await elicit(message);
    if (answer === 'accept') return;
    throw new AppError('not_allowed', `The person did not agree (${answer}). Nothing was sent.`, {
      hint: 'Do not repeat the call. Ask the person what they want instead.',
    });
  }

  #checkToken(message: string, subject: unknown, token: string | undefined): void {
    if (token !== undefined && this.#isValid(token, subject)) return;
    const expiresAt = this.#clock.now() + TOKEN_LIFETIME_MS;
    throw new AppError('not_allowed', `This needs a second look: ${message}`, {
      hint: 'Show this to the person. If they agree, repeat the call within five minutes with confirm_token and the same arguments.',
      details: {
        confirm_token: this.#sign(expiresAt, subject),
        expires_at: new Date(expiresAt).toISOString(),
        ...(token === undefined ? {} : { problem: 'The given token has expired or belongs to other arguments.' }),
      },
    });
  }

  #isValid(token: string, subject: unknown): boolean {
    const expiresAt = Number(token.split('.', 1)[0]);
    if (!Number.isSafeInteger(expiresAt) || expiresAt < this.#clock.now()) return false;
    const expected = Buffer.from(this.#sign(expiresAt, subject));
    const given = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #sign(expiresAt: number, subject: unknown): string {
    const mac = createHmac('sha256', this.#key).update(`${expiresAt}.${JSON.stringify(subject)}`);
    return `${expiresAt}.${mac.digest('base64url')}`;
  }
}
