import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { catalogue } from '../../src/integrations/catalogue.ts';
import { tools } from '../../src/tools/registry.ts';
import { callsIn, linksOf, readDocuments } from '../support/documents.ts';
import { ROOT } from '../support/server-process.ts';
import { SHELL_NOTE } from '../support/shell-blocks.ts';

const documents = readDocuments(ROOT);
const names = tools.map(({ name }) => name);

describe('examples', () => {
  const calls = documents.flatMap((document) => callsIn(document, names));

  it('are found', () => {
    expect(calls.length).toBeGreaterThan(25);
    expect(new Set(calls.map(({ tool }) => tool)).size).toBeGreaterThan(12);
  });

  it.each(calls)('$at: $tool takes these arguments', ({ tool, args }) => {
    const { error } = tools.find(({ name }) => name === tool)?.input.safeParse(args) ?? {};
    expect(error?.issues ?? []).toEqual([]);
  });

  it('name operations that their provider has', async () => {
    const named = z.object({ integration: z.string(), operation: z.string() });
    for (const { at, args } of calls) {
      const { data } = named.safeParse(args);
      if (data === undefined) continue;
      const operations = await catalogue.get(data.integration)?.loadOperations?.();
      expect(Object.keys(operations ?? {}), at).toContain(data.operation);
    }
  });

  it.each(documents)('of $name are calls or JSON', ({ blocks }) => {
    for (const { at, language, text } of blocks) {
      expect(text, `${at}: write some_tool({…})`).not.toMatch(new RegExp(`^(?:${names.join('|')})\\s+\\{`, 'm'));
      if (language === 'json') expect(() => JSON.parse(text), at).not.toThrow();
    }
  });
});

describe('commands', () => {
  it.each(documents)('of $name say how they are run', ({ blocks }) => {
    for (const { at, language, note } of blocks) {
      if (!['sh', 'bash'].includes(language)) continue;
      expect(note, `${at}: one of ${SHELL_NOTE.source}`).toMatch(SHELL_NOTE);
    }
  });

  it.each(documents)('in the sentences of $name exist', ({ name, text }) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    for (const [, script = ''] of text.matchAll(/`npm run ([\w:-]+)/g)) {
      expect(Object.keys(scripts), `${name}: npm run ${script}`).toContain(script);
    }
    for (const [, path = ''] of text.matchAll(/`npx vitest run ([\w./-]+)/g)) {
      expect(existsSync(join(ROOT, path)), `${name}: ${path}`).toBe(true);
    }
  });
});

describe('links', () => {
  it.each(documents)('of $name lead somewhere', (document) => {
    for (const { at, target, path, anchor } of linksOf(document)) {
      expect(existsSync(join(ROOT, path)), `${at}: ${target}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(path), `${at}: ${target}`).toContain(anchor);
    }
  });

  it('reach every page of docs/ from its index', () => {
    const index = documents.find(({ name }) => name === 'docs/README.md');
    const reached = index === undefined ? [] : linksOf(index).map(({ path }) => path);
    const pages = documents.map(({ name }) => name).filter((name) => /^docs\/(?!README)[^/]+$/.test(name));
    expect(pages.filter((page) => !reached.includes(page))).toEqual([]);
  });
});

/** As GitHub makes them of headings. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(join(ROOT, file), 'utf8').matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
