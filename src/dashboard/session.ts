import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a browser holds after the exchange. Both are needed: cookies are shared by all ports of a host, `key` is not. */
export interface Credentials {
  /** Never visible to scripts. */
  cookie: string;
  /** Kept by the page and sent with each request in a header of its own. */
  key: string;
}

/** One browser's access: a token that works once, and what it is exchanged for. */
export class Session {
  readonly token = newSecret();
  readonly #credentials: Credentials = { cookie: newSecret(), key: newSecret() };
  #isExchanged = false;

  /** Undefined for a wrong token, and for the right one when it was used before. */
  exchange(token: string): Credentials | undefined {
    if (this.#isExchanged || !isSame(token, this.token)) return undefined;
    this.#isExchanged = true;
    return this.#credentials;
  }

  hasCookie(cookie: string | undefined): boolean {
    return this.#isExchanged && cookie !== undefined && isSame(cookie, this.#credentials.cookie);
  }

  hasKey(key: string | undefined): boolean {
    return this.#isExchanged && key !== undefined && isSame(key, this.#credentials.key);
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Digests have one length, whatever was sent. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
