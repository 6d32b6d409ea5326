import type { Clock } from '../core/clock.ts';
import { ConsentTokens } from '../core/consent-tokens.ts';
import { AppError } from '../core/errors.ts';
import type { ConfirmRequest } from '../core/tool.ts';

/** What a person is asked, and everything that their answer covers. */
export type Question = Pick<ConfirmRequest, 'message' | 'subject'>;

/** Asks the person at the client; undefined where the client cannot ask. */
export type Elicit = (question: Question) => Promise<'accept' | 'decline' | 'cancel'>;

const TOKEN_LIFETIME_MS = 5 * 60_000;

/**
 * Consent to a write in live mode. A person is asked where the client can ask; what they decline stays declined. Only for other
 * clients there is a token, bound to the exact subject: a second look, not a person's consent.
 */
export class Confirmations {
  readonly #tokens: ConsentTokens;

  constructor(clock: Clock) {
    this.#tokens = new ConsentTokens(clock);
  }

  /** How a tool asks for consent during one request. */
  confirmWith(elicit: Elicit | undefined): (request: ConfirmRequest) => Promise<void> {
    return (request) => this.confirm(request, elicit);
  }

  /** Resolves on consent; throws `not_allowed` otherwise. */
  async confirm({ message, subject, token }: ConfirmRequest, elicit: Elicit | undefined): Promise<void> {
    if (elicit === undefined) return this.#checkToken(message, subject, token);
    const answer = await elicit({ message, subject });
    if (answer === 'accept') return;
    throw new AppError('not_allowed', `The person did not agree (${answer}). Nothing was sent.`, {
      hint: 'Do not repeat the call. Ask the person what they want instead.',
    });
  }

  #checkToken(message: string, subject: unknown, token: string | undefined): void {
    if (token !== undefined && this.#tokens.isValid(token, subject)) return;
    const issued = this.#tokens.issue(subject, TOKEN_LIFETIME_MS);
    throw new AppError('not_allowed', `This needs a second look: ${message}`, {
      hint: 'Show this to the person. If they agree, repeat the call within five minutes with confirm_token and the same arguments.',
      details: {
        confirm_token: issued.token,
        expires_at: new Date(issued.expiresAt).toISOString(),
        ...(token === undefined ? {} : { problem: 'The given token has expired or belongs to other arguments.' }),
      },
    });
  }
}
