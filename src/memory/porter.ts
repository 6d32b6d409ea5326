/**
 * The Porter stemmer: M.F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the two departures that its author
 * recommends (`bli` and `logi` in step 2): https://tartarus.org/martin/PorterStemmer/
 */
type Rule = readonly [suffix: string, replacement: string];

const STEP_2: readonly Rule[] = [
  ['ational', 'ate'],
  ['ization', 'ize'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['tional', 'tion'],
  ['biliti', 'ble'],
  ['entli', 'ent'],
  ['ousli', 'ous'],
  ['ation', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['alli', 'al'],
  ['ator', 'ate'],
  ['logi', 'log'],
  ['bli', 'ble'],
  ['eli', 'e'],
];

const STEP_3: readonly Rule[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
];

const STEP_4: readonly string[] = [
  'ement',
  ...['ance', 'ence', 'able', 'ible', 'ment'],
  ...['ant', 'ent', 'ion', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize'],
  ...['al', 'er', 'ic', 'ou'],
];

/** The stem of a lower-case word of the letters a to z; words of one or two letters stay as they are. */
export function porterStem(word: string): string {
  if (word.length <= 2) return word;
  let stem = step1b(step1a(word));
  if (stem.endsWith('y') && hasVowel(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`;
  stem = replaceLongest(stem, STEP_2);
  stem = replaceLongest(stem, STEP_3);
  return step5(step4(stem));
}

function step1a(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function step1b(word: string): string {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((ending) => word.endsWith(ending));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  return hasVowel(stem) ? repair(stem) : word;
}

/** Gives a stem back what `-ed` and `-ing` took: hop(p)ing, fil(e)ing, conflat(e)d. */
function repair(stem: string): string {
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsInDouble(stem) && !/[lsz]$/.test(stem)) return stem.slice(0, -1);
  return measure(stem) === 1 && endsInShort(stem) ? `${stem}e` : stem;
}

function step5(word: string): string {
  let stem = word;
  if (stem.endsWith('e')) {
    const rest = stem.slice(0, -1);
    const size = measure(rest);
    if (size > 1 || (size === 1 && !endsInShort(rest))) stem = rest;
  }
  return stem.endsWith('ll') && measure(stem) > 1 ? stem.slice(0, -1) : stem;
}

/** Applies the rule with the longest fitting suffix if a measure is left before it. Rules are sorted by length. */
function replaceLongest(word: string, rules: readonly Rule[]): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const stem = word.slice(0, -rule[0].length);
  return measure(stem) > 0 ? stem + rule[1] : word;
}

function step4(word: string): string {
  const suffix = STEP_4.find((ending) => word.endsWith(ending));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  const removable = measure(stem) > 1 && (suffix !== 'ion' || /[st]$/.test(stem));
  return removable ? stem : word;
}

/** The word as a string of `v` and `c`. `y` is a vowel after a consonant. Linear: a word can be a whole memory. */
function shapeOf(word: string): string {
  let shape = '';
  let isVowel = true;
  for (const letter of word) {
    isVowel = letter === 'y' ? !isVowel : 'aeiou'.includes(letter);
    shape += isVowel ? 'v' : 'c';
  }
  return shape;
}

/** How often a run of vowels is followed by a consonant. */
function measure(stem: string): number {
  return shapeOf(stem).split('vc').length - 1;
}

function hasVowel(stem: string): boolean {
  return shapeOf(stem).includes('v');
}

function endsInDouble(stem: string): boolean {
  return stem.length > 1 && stem.at(-1) === stem.at(-2) && shapeOf(stem).endsWith('c');
}

/** consonant, vowel, consonant other than w, x, y: the end of `hop` and `fil`. */
function endsInShort(stem: string): boolean {
  return shapeOf(stem).endsWith('cvc') && !/[wxy]$/.test(stem);
}
