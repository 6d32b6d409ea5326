import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProjectFolder } from '../../../src/core/project-folder.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'breakwater-project-')));
const root = join(base, 'project');
mkdirSync(join(root, 'src'), { recursive: true });
mkdirSync(join(base, 'project-two'));
writeFileSync(join(base, 'secret.txt'), 'x');
symlinkSync(base, join(root, 'out'));
symlinkSync(join(root, 'src'), join(root, 'in'));
symlinkSync(join(base, 'not-yet'), join(root, 'dangling'));
const project = new ProjectFolder(root);

describe('ProjectFolder', () => {
  it.each([
    ['.', ''],
    ['src', 'src'],
    ['./src/../src/new/file.ts', 'src/new/file.ts'],
    ['in/deeper', 'src/deeper'],
    [join(root, 'src'), 'src'],
    ['..dotted', '..dotted'],
  ])('takes %s', async (path, expected) => {
    expect(await project.resolve(path)).toBe(join(root, expected));
  });

  it.each([
    '..',
    '../secret.txt',
    'out/secret.txt',
    'out/new',
    '/etc/passwd',
    '../project-two',
  ])('refuses %s', async (path) => {
    await expect(project.resolve(path)).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it.each([
    ['is not there', join(base, 'nowhere'), 'ENOENT'],
    ['is a file', join(base, 'secret.txt'), 'ENOTDIR'],
  ])('says what to do where the folder itself %s', async (_what, folder, cause) => {
    await expect(new ProjectFolder(folder).resolve('src')).rejects.toMatchObject({
      code: 'not_configured',
      hint: expect.stringContaining('CLAUDE_PROJECT_DIR'),
      details: { folder, cause },
    });
  });

  it('refuses what cannot be a path', async () => {
    await expect(project.resolve('a\0b')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(project.resolve('dangling')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(project.resolve('x'.repeat(5000))).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
