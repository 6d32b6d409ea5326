import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realPath } from '../../../src/core/real-path.ts';

describe.skipIf(process.platform === 'win32')('realPath', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'breakwater-path-')));
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real', 'file'), '');
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    symlinkSync('real/file', join(folder, 'file-link'));
    symlinkSync('file-link', join(folder, 'link-to-link'));
    symlinkSync('real/missing', join(folder, 'missing-link'));
    symlinkSync('nowhere/deep/missing', join(folder, 'far-link'));
    symlinkSync('loop', join(folder, 'loop'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['a file', 'real/file', 'real/file'],
    ['a link to a file', 'file-link', 'real/file'],
    ['a link to a link', 'link-to-link', 'real/file'],
    ['a file below a linked folder', 'link/file', 'real/file'],
    ['a missing file below a linked folder', 'link/new', 'real/new'],
    ['missing folders below a linked folder', 'link/a/b/new', 'real/a/b/new'],
    ['a link to a missing file', 'missing-link', 'real/missing'],
    ['a link to missing folders', 'far-link', 'nowhere/deep/missing'],
    ['a missing file', 'nothing', 'nothing'],
  ])('finds where %s leads', (_what, given, expected) => {
    expect(realPath(join(folder, given))).toBe(join(folder, expected));
  });

  it('ends for a link to itself', () => {
    expect(realPath(join(folder, 'loop'))).toBe(join(folder, 'loop'));
  });
});
