import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../core/secrets.ts';

/** What a project's secret is, without telling it: a salted digest that is slow to make, so that a row helps nobody to guess. */
export interface SecretDigest {
  readonly workspace: string;
  /** Of the variable. */
  readonly name: string;
  /** Salt and scrypt, in hex with a colon between them. */
  readonly digest: string;
}

const MAX_ANSWERS = 256;

/** Compares the secrets of this process with those of others, by the names of their variables. */
export class SecretDigests {
  readonly #secrets: Secrets;
  /** A digest takes tens of milliseconds, and the environment of a process does not change. */
  readonly #answers = new Map<string, Promise<boolean>>();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Of those that are set here. */
  async make(workspace: string, names: readonly string[]): Promise<SecretDigest[]> {
    const known = names.flatMap((name) => {
      const value = this.#secrets.get(name);
      return value === undefined ? [] : [{ name, value }];
    });
    return Promise.all(
      known.map(async ({ name, value }) => {
        const salt = randomBytes(16);
        return { workspace, name, digest: `${salt.toString('hex')}:${(await derive(value, salt)).toString('hex')}` };
      }),
    );
  }

  /** Whether the variable has that value here too. */
  matches({ name, digest }: SecretDigest): Promise<boolean> {
    const key = `${name} ${digest}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    const answer = this.#compare(name, digest);
    this.#answers.set(key, answer);
    return answer;
  }

  async #compare(name: string, digest: string): Promise<boolean> {
    const value = this.#secrets.get(name);
    if (value === undefined) return false;
    const [salt = '', expected = ''] = digest.split(':');
    const actual = await derive(value, Buffer.from(salt, 'hex'));
    return timingSafeEqual(actual, Buffer.from(expected, 'hex'));
  }
}

function derive(value: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(value, salt, 32, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
