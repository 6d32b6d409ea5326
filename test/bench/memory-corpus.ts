import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { derivedUlid } from '../../src/core/ulid.ts';

export const CATEGORIES = ['backend', 'frontend', 'ops', 'data', 'qa', 'infra', 'docs', 'api'];
const SYLLABLES = 'ba de fi go lu ma ne po ri su ta ve wo xi za cor len mar tin pas'.split(' ');
const CHARACTERS = 280;

/** The same numbers in every run (a linear congruential generator: Numerical Recipes). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A vocabulary of 20,000 words, used as often as Zipf's law says: the first ones stand in most memories. */
export function zipfWord(next: () => number): string {
  const rank = Math.floor(20_000 ** next());
  let word = '';
  for (let rest = rank + 400; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    word += SYLLABLES[rest % SYLLABLES.length];
  }
  return word;
}

/** Three to six words, common ones among them. */
export function query(next: () => number): string {
  return Array.from({ length: 3 + Math.floor(next() * 4) }, () => zipfWord(next)).join(' ');
}

/** What is searched for, in one category. */
export interface Question {
  query: string;
  category: string;
}

/** The same ones in every run. */
export function questions(count: number): Question[] {
  const next = random(11);
  return Array.from({ length: count }, (_, index) => ({
    query: query(next),
    category: CATEGORIES[index % CATEGORIES.length] ?? '',
  }));
}

export function* contents(count: number): Generator<string> {
  const next = random(7);
  for (let index = 0; index < count; index += 1) {
    let text = '';
    while (text.length < CHARACTERS) text += `${zipfWord(next)} `;
    yield text.trimEnd();
  }
}

/** Writes an export of `count` memories. */
export async function writeCorpus(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  let index = 0;
  for (const content of contents(count)) {
    const id = Buffer.alloc(10);
    id.writeUInt32BE(index, 6);
    const at = Date.UTC(2026, 0, 1) + index * 1000;
    const line = {
      type: 'memory',
      memory_id: derivedUlid(id),
      content,
      summary: `${content.slice(0, 100)}...`,
      context_type: 'information',
      category: CATEGORIES[index % CATEGORIES.length],
      tags: [`t${index % 50}`],
      importance: 1 + (index % 10),
      agent: `agent-${index % 5}`,
      is_global: false,
      version: 1,
      workspace: 'bench',
      created_at: at,
      stored_at: at,
      times_stored: 1,
    };
    if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, 'drain');
    index += 1;
  }
  file.end();
  await once(file, 'finish');
}
