/**
 * How `npm run test:ci` runs a shell block of the documents, as written behind the language of its fence:
 * nothing: it must end with 0;
 * `exits N`: it must end with N;
 * `until TEXT`: it runs until it has printed that, then gets Ctrl-C and must end with 0;
 * `not run: WHY`: it cannot run there.
 */
export const SHELL_NOTE = /^(?:|exits (?<status>[1-9]\d?)|until (?<until>.+)|not run: (?<why>.{10,}))$/;
