import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';

/** A fenced block: the first word after the fence is its language, the rest a note that is not shown to readers. */
export interface CodeBlock {
  /** File and line, as editors open it. */
  at: string;
  language: string;
  note: string;
  text: string;
}

export interface Document {
  name: string;
  text: string;
  blocks: CodeBlock[];
}

export interface DocumentedCall {
  at: string;
  tool: string;
  args: unknown;
}

/** What users read: the Markdown files at the root and in docs/. */
export function readDocuments(root: string): Document[] {
  const names = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
  return names.map((name) => {
    const text = readFileSync(join(root, name), 'utf8');
    return { name, text, blocks: blocksOf(name, text) };
  });
}

function blocksOf(name: string, text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\S+)(?: ([^\n]*))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', note = '', content = ''], index, all) => ({
      at: `${name}:${lineAt(text, all[index]?.index ?? 0)}`,
      language,
      note,
      text: content,
    }),
  );
}

/** Every `some_tool({…})` outside of recorded output, its arguments evaluated. Throws where they are no literal. */
export function callsIn({ name, text }: Document, tools: readonly string[]): DocumentedCall[] {
  const written = text.replaceAll(/^```text[\s\S]*?^```$/gm, (block) => block.replaceAll(/[^\n]/g, ' '));
  const calls = [...written.matchAll(/\b([a-z_]+)\((?=\{)/g)].filter(([, tool = '']) => tools.includes(tool));
  return calls.map(({ 0: opening, 1: tool = '', index }) => {
    const at = `${name}:${lineAt(text, index)}`;
    return { at, tool, args: evaluate(objectAt(written, index + opening.length), at) };
  });
}

/** The text of the object literal that begins at `start`. */
function objectAt(text: string, start: number): string {
  let depth = 0;
  for (const { 0: part, index } of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{}]/g)) {
    if (part === '{') depth += 1;
    if (part === '}') depth -= 1;
    if (depth === 0) return text.slice(start, start + index + 1);
  }
  return text.slice(start);
}

function evaluate(literal: string, at: string): unknown {
  try {
    return JSON.parse(JSON.stringify(runInNewContext(`(${literal})`)));
  } catch (thrown) {
    throw new Error(`${at}: the arguments are no literal`, { cause: thrown });
  }
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** A link to a file of ours. */
export interface Link {
  at: string;
  /** As it is written. */
  target: string;
  /** From the root. */
  path: string;
  anchor: string | undefined;
}

export function linksOf({ name, text }: Document): Link[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$|`[^`\n]*`/gm, (code) => code.replaceAll(/[^\n]/g, ' '));
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(({ 1: target = '', index }) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? name : join(dirname(name), decodeURI(file));
    return [{ at: `${name}:${lineAt(text, index)}`, target, path, anchor }];
  });
}
