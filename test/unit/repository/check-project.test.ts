import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProjectFolder } from '../../../src/core/project-folder.ts';
import { checkProject } from '../../../src/repository/check/check-project.ts';
import { buildCheckAnswer } from '../../../src/views/check-view.ts';

const FAULT = "const axios = require('axios');\nexports.a = axios.create({});\n";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'breakwater-check-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const check = (path = '.', signal = new AbortController().signal) =>
  checkProject(new ProjectFolder(root), path, signal);
const places = async (path?: string) =>
  (await check(path)).findings.map(({ file, line, rule }) => `${file}:${line} ${rule.id}`);

describe('what is read', () => {
  it('is the source of the project: not what is generated, foreign or hidden', async () => {
    for (const path of [
      'b.js',
      'a/deep/c.mjs',
      'a/d.tsx',
      'node_modules/x/e.js',
      'dist/f.js',
      '.git/g.js',
      'h.d.ts',
      'i.min.js',
      'j.json',
    ])
      write(path, path.endsWith('.mjs') ? "import axios from 'axios';\naxios.create({});" : FAULT);
    expect(await places()).toEqual([
      'a/d.tsx:2 missing-timeout',
      'a/deep/c.mjs:2 missing-timeout',
      'b.js:2 missing-timeout',
    ]);
    expect(await places('a')).toEqual(['a/d.tsx:2 missing-timeout', 'a/deep/c.mjs:2 missing-timeout']);
    expect(await places('b.js')).toEqual(['b.js:2 missing-timeout']);
    expect((await check()).filesChecked).toBe(3);
  });

  it.skipIf(process.platform === 'win32')('never is what a link leads to', async () => {
    write('outside-of-src/secret.js', FAULT);
    write('src/ok.js', 'exports.a = 1;');
    symlinkSync(join(root, 'outside-of-src'), join(root, 'src/folder'));
    symlinkSync(join(root, 'outside-of-src/secret.js'), join(root, 'src/file.js'));
    symlinkSync(tmpdir(), join(root, 'src/away'));
    expect(await check('src')).toMatchObject({ filesChecked: 1, findings: [] });
    await expect(check('src/away')).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(check('../')).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('says which files could not be checked, and checks the others', async () => {
    write('a.js', 'const = ;');
    write('b.js', FAULT);
    write('c.js', `const x = ${'('.repeat(20_000)}1${')'.repeat(20_000)};`);
    write('d.js', `const x = '${'x'.repeat(300 * 1024)}';`);
    expect(await check()).toMatchObject({
      filesChecked: 1,
      findings: [{ file: 'b.js' }],
      skipped: [
        { file: 'd.js', reason: 'larger than 256 KB' },
        { file: 'a.js', reason: expect.stringMatching(/^does not parse: .*\(1:6\)/) },
        { file: 'c.js', reason: 'too deeply nested or too intricate to be checked' },
      ],
      incomplete: false,
    });
  });

  it('ends at 2,000 files and says so', async () => {
    for (let at = 0; at < 2_001; at += 1) write(`src/${at}.js`, '');
    expect(await check()).toMatchObject({ filesChecked: 2_000, incomplete: true });
  });

  it('must exist', async () => {
    await expect(check('nothing-here')).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('stops when the caller leaves, and lets other work run between files', async () => {
  for (let at = 0; at < 200; at += 1) write(`src/${at}.js`, FAULT.repeat(20));
  const controller = new AbortController();
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
    if (turns === 3) controller.abort(new Error('left'));
  }, 1);
  await expect(check('.', controller.signal)).rejects.toThrow('left');
  clearInterval(timer);
  expect(turns).toBeGreaterThanOrEqual(3);
});

describe('the Stripe version of the project', () => {
  const FIELD = 'const s = await stripe.subscriptions.retrieve(id);\nuse(s.current_period_end);';
  it.each([
    ['nothing pinned', {}, 1],
    ['a current library', { 'package.json': '{"dependencies":{"stripe":"^23.1.0"}}' }, 1],
    ['an old library', { 'package.json': '{"dependencies":{"stripe":"^14.2.0"}}' }, 0],
    ['a broken manifest', { 'package.json': '{' }, 1],
    [
      'an old version pinned in another file',
      { 'src/client.ts': "export const stripe = new Stripe(key, { apiVersion: '2024-06-20' });" },
      0,
    ],
    [
      'a current version pinned',
      { 'src/client.ts': "export const stripe = new Stripe(key, { apiVersion: '2026-10-28.endive' });" },
      1,
    ],
    [
      "another service's version",
      { 'src/client.ts': "export const notion = new Notion({ apiVersion: '2022-06-28' });" },
      1,
    ],
  ])('%s', async (_name, files: Record<string, string>, findings) => {
    for (const [path, text] of Object.entries(files)) write(path, text);
    write('src/sync.ts', FIELD);
    expect((await check('src')).findings.length).toBe(findings);
  });
});

describe('the answer', () => {
  it('comes in pages that lose and double nothing, each within the limit', async () => {
    for (let at = 0; at < 40; at += 1)
      write(`src/file-${at}.js`, `const axios = require('axios');\n${'axios.create({});\n'.repeat(10)}`);
    const result = await check();
    expect(result.findings.length).toBe(400);
    const seen: unknown[] = [];
    let cursor: string | undefined = '0';
    while (cursor !== undefined) {
      const page: ReturnType<typeof buildCheckAnswer> = buildCheckAnswer(result, Number(cursor));
      expect(JSON.stringify(page).length).toBeLessThan(20_000);
      expect(page).toMatchObject({
        total: 400,
        rules: [{ rule: 'missing-timeout', count: 400, fix: expect.any(String) }],
      });
      seen.push(...page.findings);
      cursor = page.next_cursor;
    }
    expect(new Set(seen.map((item) => JSON.stringify(item))).size).toBe(400);
    expect(seen.length).toBe(400);
  });
});
