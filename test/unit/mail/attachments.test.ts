import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProjectFolder } from '../../../src/core/project-folder.ts';
import { redactSecrets } from '../../../src/core/redact.ts';
import { readAttachments } from '../../../src/mail/attachments.ts';

const secrets = { mask: (text: string) => redactSecrets(text).text };

/** A project with the given files. */
function project(files: Record<string, string | Buffer>): { root: string; read(...paths: string[]): Promise<unknown> } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'breakwater-attachments-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return { root, read: (...paths) => readAttachments(paths, new ProjectFolder(root), secrets) };
}

describe('attachments', () => {
  it('are read by path, relative or absolute, with name and type', async () => {
    const { root, read } = project({ 'out/Receipt 7.pdf': Buffer.from([0x25, 0, 1, 2]), 'a.dat': 'hello' });
    expect(await read('out/Receipt 7.pdf', join(root, 'a.dat'))).toEqual([
      { content: 'JQABAg==', filename: 'Receipt 7.pdf', type: 'application/pdf', disposition: 'attachment' },
      { content: 'aGVsbG8=', filename: 'a.dat', type: 'application/octet-stream', disposition: 'attachment' },
    ]);
  });

  it.each([
    '.env',
    '.env.production',
    '.git/config',
    '.ssh/known',
    '.npmrc',
    'config/.aws/data.txt',
    'server.pem',
    'tls/server.KEY',
    'prod.env',
    'env.production',
    'id_rsa',
    'id_ed25519.pub',
    'credentials.json',
    'secrets/report.pdf',
    'service-account.json',
    'client_secret_7.json',
    'store.p12',
    'terraform.tfstate',
    'terraform.tfstate.backup',
    'server.key.old',
    'server.pem~',
    'master.key.enc',
    'kubeconfig',
    'prod.kubeconfig.yaml',
    'password.txt',
    'passwords-2026.xlsx',
  ])('never are %s', async (path) => {
    const { read } = project({ [path]: 'x' });
    await expect(read(path)).rejects.toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
  });

  it('never are what an innocent name leads to', async () => {
    const { root, read } = project({ '.env': 'A=1', 'deploy/server.pem': 'x', 'note.txt': 'x' });
    const outside = project({ 'passwords.txt': 'x' });
    symlinkSync(join(root, '.env'), join(root, 'report.txt'));
    symlinkSync(join(root, 'deploy/server.pem'), join(root, 'picture.png'));
    symlinkSync(join(outside.root, 'passwords.txt'), join(root, 'list.txt'));
    symlinkSync(outside.root, join(root, 'folder'));
    symlinkSync(join(root, 'note.txt'), join(root, 'id_rsa'));
    for (const path of [
      'id_rsa',
      'report.txt',
      'picture.png',
      'list.txt',
      'folder/passwords.txt',
      '../x.txt',
      '/etc/hostname',
    ]) {
      await expect(read(path), path).rejects.toMatchObject({ code: 'not_allowed' });
    }
    expect(await read('note.txt')).toHaveLength(1);
  });

  it('never are texts that hold a secret', async () => {
    const key = `sk_${'live'}_51BreakwaterLiveKey0000000000000000000001`;
    const { read } = project({ 'notes.md': `Our key is ${key}.`, 'key.txt': '-----BEGIN RSA PRIVATE KEY-----\nMIIE' });
    for (const path of ['notes.md', 'key.txt']) {
      const refusal = await read(path).catch((thrown) => thrown);
      expect(refusal).toMatchObject({ code: 'not_allowed', message: expect.stringContaining('secret') });
      expect(JSON.stringify(refusal)).not.toContain(key);
    }
  });

  const key = `sk_${'live'}_51BreakwaterLiveKey0000000000000000000001`;
  const base64 = Buffer.from(`STRIPE=${key}\n`).toString('base64');
  it.each<[string, Buffer]>([
    ['in UTF-16', Buffer.from(`\ufeffOur key: ${key}`, 'utf16le')],
    ['in UTF-16, big-endian, beside other letters', Buffer.from(`\u4141${key}`, 'utf16le').swap16()],
    ['in UTF-16, between letters of other scripts', Buffer.from(`\ufeff\u4141\u4142${key}\u4143`, 'utf16le')],
    ['before a null byte', Buffer.from(`Our key: ${key}\0`)],
    ['in a binary file', Buffer.concat([Buffer.alloc(5000, 0xfe), Buffer.from(` ${key}`), Buffer.alloc(9)])],
    ['after 2 MB', Buffer.from(`${'all is well. '.repeat(160_000)}${key}`)],
    ['across two windows', Buffer.from(`${'all is well '.repeat(20_831)}${key}${' all is well'.repeat(90_000)}`)],
    ['as base64', Buffer.from(`data: ${base64}`)],
    ['as base64 in lines, after a word', Buffer.from(`key ${base64.slice(0, 30)}\r\n${base64.slice(30)}`)],
  ])('never hold a secret %s', async (_place, content) => {
    const { read } = project({ 'notes.txt': content });
    await expect(read('notes.txt')).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('never are hard links', async () => {
    const { root, read } = project({ '.env': 'A=1' });
    linkSync(join(root, '.env'), join(root, 'notes.txt'));
    await expect(read('notes.txt')).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('may be named like the ordinary files they are, and hold ordinary base64', async () => {
    const image = Buffer.from(Array.from({ length: 3000 }, (_each, index) => (index * 7919) % 256)).toString('base64');
    const { read } = project({ 'q3.keynote.pdf': 'x', 'environment.md': `<img src="data:image/png;base64,${image}">` });
    expect(await read('q3.keynote.pdf', 'environment.md')).toHaveLength(2);
  });

  it('never are folders, pipes, empty or missing files, or more than a mail may hold', async () => {
    const { root, read } = project({ 'empty.txt': '', 'folder/a.txt': 'x', 'large.bin': 'x', 'other.bin': 'x' });
    execFileSync('mkfifo', [join(root, 'pipe')]);
    truncateSync(join(root, 'large.bin'), 12_000_000);
    truncateSync(join(root, 'other.bin'), 12_000_000);
    for (const paths of [['empty.txt'], ['folder'], ['pipe'], ['missing.txt'], ['large.bin', 'other.bin'], ['a\0b']]) {
      await expect(read(...paths), paths.join()).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(await read('large.bin')).toHaveLength(1);
    await expect(read(...Array.from({ length: 51 }, () => 'folder/a.txt'))).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
