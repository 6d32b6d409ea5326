import type { CodeBlock } from './documents.ts';

/**
 * How `npm run test:ci` runs a shell block of the documents, as written behind the language of its fence:
 * nothing: it must end with 0;
 * `exits N`: it must end with N;
 * `until TEXT`: it runs until it has printed that, then gets Ctrl-C and must end with 0;
 * `not run: WHY`: it cannot run there.
 * Of a block of `console`, the lines behind `$` are run; the others show what they may answer.
 */
export const SHELL_NOTE = /^(?:|exits (?<status>[1-9]\d?)|until (?<until>.+)|not run: (?<why>.{10,}))$/;

/** Whether a block holds commands. */
export function isShellBlock({ language }: CodeBlock): boolean {
  return ['sh', 'bash', 'console'].includes(language);
}

/** What a shell is to run of a block. */
export function scriptOf({ language, text }: CodeBlock): string {
  if (language !== 'console') return text;
  return [...text.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => `${command}\n`).join('');
}
