import { randomInt } from 'node:crypto';
import { parseJson } from '../../core/parse-json.ts';
import type { WebhookScheme } from '../scheme.ts';

/** How deep ids of the event and of what it is about lie: Stripe's `data.object.id` is the deepest. Those below are of other things. */
const MAX_DEPTH = 3;
/** Shorter ones may be words or states. */
const MIN_LENGTH = 6;
const CHANGED_CHARACTERS = 8;

/**
 * Gives events the identity of other events about other things: the same ids get the same new ones in every body. Layout and everything
 * else stay byte for byte. Without it a handler that remembers ids would pass over whatever is sent a second time.
 */
export class FreshIds {
  readonly #names: ReadonlySet<string>;
  readonly #renamed = new Map<string, string>();

  /** @param bodies of events that belong together: what one of them is about, the others may refer to in any field */
  constructor(scheme: WebhookScheme, bodies: readonly Buffer[] = []) {
    this.#names = idNames(scheme);
    for (const body of bodies) this.#nameAnew(body);
  }

  /** New ids to old ones. */
  get originals(): ReadonlyMap<string, string> {
    return new Map([...this.#renamed].map(([old, fresh]) => [fresh, old]));
  }

  /** The new id for one that stands outside the body. */
  rename(id: string): string {
    const known = this.#renamed.get(id);
    if (known !== undefined) return known;
    const fresh = freshLike(id);
    this.#renamed.set(id, fresh);
    return fresh;
  }

  apply(body: Buffer): Buffer {
    this.#nameAnew(body);
    const text = body.toString('utf8');
    let result = text;
    for (const [id, fresh] of this.#renamed) result = replaceText(result, id, fresh);
    // A body that is not UTF-8 is no JSON, and nothing was found in it.
    return result === text ? body : Buffer.from(result);
  }

  #nameAnew(body: Buffer): void {
    for (const { value } of findIds(parseJson(body), this.#names)) this.rename(value);
  }
}

export interface FoundText {
  readonly key: string;
  /** Keys from the root, joined by dots. */
  readonly path: string;
  readonly value: string;
}

/** The ids of an event and of what it is about. */
export function findIds(document: unknown, names: ReadonlySet<string>): FoundText[] {
  return findTexts(document).filter(({ key }) => names.has(key));
}

/** Fields of an event and of what it is about that are long enough for an id. */
export function findTexts(document: unknown): FoundText[] {
  const found: FoundText[] = [];
  const walk = (value: unknown, path: readonly string[]) => {
    if (typeof value !== 'object' || value === null || path.length >= MAX_DEPTH) return;
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, key];
      if (typeof inner !== 'string') walk(inner, here);
      else if (inner.length >= MIN_LENGTH) found.push({ key, path: here.join('.'), value: inner });
    }
  };
  walk(document, []);
  return found;
}

/** Names of fields that hold ids: `id`, and what the scheme says. */
export function idNames({ event }: WebhookScheme): ReadonlySet<string> {
  const own = event.id.flatMap((at) => ('json' in at ? [String(at.json.at(-1))] : []));
  return new Set(['id', ...own]);
}

/** As a whole JSON string only: an id may be the beginning of another one. */
export function replaceText(json: string, value: string, replacement: string): string {
  return json.replaceAll(JSON.stringify(value), () => JSON.stringify(replacement));
}

/** Another id of the same kind: its end changed, each character for one of its class. */
function freshLike(id: string): string {
  const start = Math.max(id.length - CHANGED_CHARACTERS, id.lastIndexOf('_') + 1);
  return id.slice(0, start) + id.slice(start).replace(/[0-9a-zA-Z]/g, otherCharacter);
}

function otherCharacter(character: string): string {
  const alphabet = ['0123456789', 'abcdef', 'ABCDEF', 'abcdefghijklmnopqrstuvwxyz'].find((each) =>
    each.includes(character),
  );
  const choices = alphabet ?? 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return choices.charAt(randomInt(choices.length));
}
