// The licences of what is bundled: all of them allowed, and their texts shipped as they ask for.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Permissive ones, for which a notice is all that is asked. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

const NOTICE = /^(?:licen[cs]e|notice|copying)(?:[-.].*)?$/i;

/** The folders of the packages that esbuild took files from: `metafile` options of its results. */
export function bundledPackages(metafiles) {
  const folders = metafiles
    .flatMap(({ inputs }) => Object.keys(inputs))
    .map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].sort().map(readPackage);
}

function readPackage(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => NOTICE.test(file));
  return {
    name,
    version,
    license,
    text: files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n'),
  };
}

/** One text with every notice. Throws for a licence that nobody has allowed. */
export function noticesOf(packages) {
  const refused = packages.filter(({ license }) => !ALLOWED.has(license));
  if (refused.length > 0) {
    const list = refused.map(({ name, license }) => `${name} (${license})`).join(', ');
    throw new Error(`Bundled under a licence that is not allowed (scripts/licences.mjs): ${list}`);
  }
  const sections = packages.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`);
  return ['What is bundled in Breakwater, and its licences.\n', ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}
