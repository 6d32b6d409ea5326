export const SUPPRESSION_LISTS = ['bounces', 'blocks', 'invalid_emails', 'spam_reports', 'unsubscribes'] as const;
export type SuppressionList = (typeof SUPPRESSION_LISTS)[number];

export interface Suppression {
  readonly email: string;
  readonly list: SuppressionList;
  /** Unix seconds. */
  readonly created: number;
  readonly reason: string;
  readonly status: string;
}

const LIST_OF_EVENT: Readonly<Record<string, SuppressionList>> = {
  bounce: 'bounces',
  blocked: 'blocks',
  spamreport: 'spam_reports',
  unsubscribe: 'unsubscribes',
};

const MAX_ENTRIES = 10_000;

/** Addresses that get no more mail. Blocks are listed and do not suppress, as at SendGrid. */
export class Suppressions {
  #entries: Suppression[] = [];

  /** The entry that keeps mail from an address. */
  find(email: string): Suppression | undefined {
    return this.#entries.find((entry) => entry.email === email.toLowerCase() && entry.list !== 'blocks');
  }

  list(list: SuppressionList): Suppression[] {
    return this.#entries.filter((entry) => entry.list === list);
  }

  add(list: SuppressionList, email: string, nowMs: number, reason = '', status = ''): void {
    this.remove(list, email);
    const entry = { email: email.toLowerCase(), list, created: Math.floor(nowMs / 1000), reason, status };
    this.#entries = [...this.#entries, entry].slice(-MAX_ENTRIES);
  }

  /** Follows an event that puts an address on a list. */
  follow(type: string, email: string, nowMs: number): void {
    const list = LIST_OF_EVENT[type];
    if (list === undefined) return;
    const reason = list === 'bounces' ? '550 5.1.1 The email account that you tried to reach does not exist' : '';
    this.add(list, email, nowMs, reason, list === 'bounces' ? '5.1.1' : '');
  }

  /** False when the address was not on the list. */
  remove(list: SuppressionList, email: string): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter((entry) => entry.list !== list || entry.email !== email.toLowerCase());
    return this.#entries.length < before;
  }
}
