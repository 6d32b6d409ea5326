import { parseJson } from '../../core/parse-json.ts';
import type { ProjectFacts } from './rule.ts';
import type { SourceFile, SourceFiles } from './source-files.ts';
import { keyName, literalText } from './syntax/expressions.ts';
import { isType } from './syntax/nodes.ts';
import { SourceModule } from './syntax/source-module.ts';

/** The first version without the fields, and the first stripe-node that speaks it by itself. */
const BASIL = '2025-03-31';
const BASIL_LIBRARY_MAJOR = 18;
const VERSION = /^\d{4}-\d{2}-\d{2}/;

/** What all files say together. An old version pinned anywhere counts for all: no false alarm in a project with both. */
export function gatherFacts({ files, manifests }: Pick<SourceFiles, 'files' | 'manifests'>): ProjectFacts {
  const isOld = manifests.some(hasOldLibrary) || files.some(pinsOldVersion);
  return { stripeSinceBasil: !isOld };
}

function hasOldLibrary({ text }: SourceFile): boolean {
  const major = /^\D*(\d+)\./.exec(stripeRange(text) ?? '')?.[1];
  return major !== undefined && Number(major) < BASIL_LIBRARY_MAJOR;
}

function stripeRange(text: string): string | undefined {
  const manifest = parseJson(text);
  return ['dependencies', 'devDependencies', 'peerDependencies']
    .map((field) => property(property(manifest, field), 'stripe'))
    .find((range) => typeof range === 'string');
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** `apiVersion: '2024-06-20'` in a file that knows Stripe. */
function pinsOldVersion({ path, text }: SourceFile): boolean {
  if (!/apiVersion|Stripe-Version/i.test(text) || !/stripe/i.test(text)) return false;
  try {
    const module = SourceModule.parse(path, text);
    return module.all('ObjectProperty').some((node) => {
      const value = isType(node.value, 'StringLiteral') ? literalText(node.value) : undefined;
      const isVersion =
        value !== undefined && VERSION.test(value) && /^(?:apiVersion|Stripe-Version)$/i.test(keyName(node) ?? '');
      return isVersion && value.slice(0, BASIL.length) < BASIL;
    });
  } catch {
    return false;
  }
}
